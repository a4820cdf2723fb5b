"""What the demo is asked for."""

import os
import signal
import stat
from pathlib import Path

import pytest

from agents.demo.broker import find_broker
from agents.demo.plan import Plan, interruptible, write_key
from agents.settings import Settings


def test_a_key_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Mode 0600, 32 random bytes that the settings accept, and never overwritten."""
    file = tmp_path / "token.key"
    write_key(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(Settings(token_key_file=str(file)).tokens().value) == 32
    with pytest.raises(FileExistsError):
        write_key(file)


def test_only_the_first_signal_interrupts() -> None:
    """SIGTERM counts as Ctrl-C; what comes after it does not cut the way out short; handlers are put back."""
    before = signal.getsignal(signal.SIGTERM)
    with interruptible():
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGTERM) == before


def test_without_seconds_it_is_never_over(tmp_path: Path) -> None:
    """Only a given length ends the demo by itself."""
    assert not Plan(None, 1, 1, tmp_path, tmp_path).is_over(0.0)
    assert Plan(1.0, 1, 1, tmp_path, tmp_path).is_over(-1e9)


def test_a_named_broker_comes_first_and_stays() -> None:
    """The broker of the environment is taken as it is, and is not the demo's to stop."""
    broker = find_broker({"KAFKA_BOOTSTRAP_SERVERS": "kafka:9092"}, Path("unused"), lambda _: None)
    assert broker is not None
    assert (broker.bootstrap, broker.shared) == ("kafka:9092", True)
