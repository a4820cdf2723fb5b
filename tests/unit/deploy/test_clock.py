from pathlib import Path

import pytest

from deploy.kafka.clock import Clock, find_faketime
from deploy.kafka.jars import KafkaUnavailable


def test_without_faketime_the_clock_stays_and_the_line_says_what_to_install(tmp_path: Path) -> None:
    """A cluster is not given a clock of its own, and its brokers start as always."""
    clock = Clock(tmp_path / "kafka" / "clock", lambda: find_faketime([f"{tmp_path}/*/libfaketimeMT.so.1"]))
    with pytest.raises(KafkaUnavailable, match=r"faketime is not installed; `apt-get install faketime` \(Debian\)"):
        clock.make()
    assert not clock.exists
    assert "LD_PRELOAD" not in clock.environment()


def test_a_clock_is_moved_while_brokers_run(tmp_path: Path) -> None:
    """The library reads the distance from a file; waits and timeouts are left alone."""
    library = tmp_path / "lib" / "libfaketimeMT.so.1"
    library.parent.mkdir()
    library.touch()
    clock = Clock(tmp_path / "kafka" / "clock", lambda: find_faketime([f"{tmp_path}/*/libfaketimeMT.so.1"]))
    clock.make()
    assert clock.file.read_text() == "+0\n"
    told = clock.environment()
    assert (told["LD_PRELOAD"], told["FAKETIME_TIMESTAMP_FILE"]) == (str(library), str(clock.file))
    assert told["FAKETIME_DONT_FAKE_MONOTONIC"] == "1"
    clock.move(-86_400)
    assert clock.file.read_text() == "-86400\n"
