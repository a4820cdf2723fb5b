"""Whether the tests would notice: deliberate faults in the runtime, each of which a test must catch.

``python -m tests.chaos.mutations`` puts one fault at a time into a copy of the sources and runs the tests that must
fail there. A fault is a piece of text that must stand in its file exactly once, so that a change of the runtime cannot
silently switch the check off.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.chaos.mutations_made import FAULTS, Fault

ROOT = Path(__file__).parents[2]
COPIED = ("schemas", "streams", "agents", "deploy", "tests", "pyproject.toml")
FAILED = 1
"""Exit code of pytest when tests ran and some failed; any other means that they could not run."""
SECONDS = 120


class Stale(Exception):  # noqa: N818 - the fault is not wrong, the source has moved on
    """A fault's text does not stand in its file exactly once."""


class Verdict(NamedTuple):
    """What became of a fault: caught, or why not in one line."""

    fault: Fault
    problem: str


@contextmanager
def copied() -> Iterator[Path]:
    """A copy of the sources and tests, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="promostream-mutations-") as folder:
        copy = Path(folder)
        for name in COPIED:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, copy / name)
            else:
                shutil.copy2(ROOT / name, copy / name)
        yield copy


@contextmanager
def put_in(copy: Path, fault: Fault) -> Iterator[None]:
    """The copy with the fault in it.

    Raises:
        Stale: the text to change is not there, or more than once.

    """
    file = copy / fault.file
    sound = file.read_text(encoding="utf-8")
    if (found := sound.count(fault.old)) != 1:
        raise Stale(f"{fault.file} has {fault.old!r} {found} times; name the line that now does this")
    file.write_text(sound.replace(fault.old, fault.new), encoding="utf-8")
    yield
    file.write_text(sound, encoding="utf-8")


def ended(copy: Path, tests: Iterable[str]) -> subprocess.CompletedProcess[str]:
    """Run tests of the copy on the copy's code, in one process without a broker."""
    here = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--no-header", *tests]
    return subprocess.run(command, cwd=copy, env=here, capture_output=True, text=True, timeout=SECONDS, check=False)


def try_fault(copy: Path, fault: Fault) -> Verdict:
    """Whether the fault's tests fail with it."""
    try:
        with put_in(copy, fault):
            result = ended(copy, fault.tests)
    except Stale as stale:
        return Verdict(fault, str(stale))
    if result.returncode == FAILED:
        return Verdict(fault, "")
    tests = " ".join(fault.tests)
    how = "pass all the same" if result.returncode == 0 else f"could not run (exit code {result.returncode})"
    return Verdict(fault, f"{tests} {how}")


def unharmed(copy: Path, faults: Iterable[Fault]) -> str:
    """Why the faults' tests prove nothing: they fail without any fault; empty if they pass."""
    result = ended(copy, sorted({test for fault in faults for test in fault.tests}))
    return "" if result.returncode == 0 else f"tests fail without a fault:\n{result.stdout[-2000:]}"


def say(line: str) -> None:
    """Tell whoever waits."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Try the faults and say what became of each; 0 when all are caught, 1 otherwise."""
    parser = argparse.ArgumentParser("python -m tests.chaos.mutations", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", help=f"only these faults, of: {', '.join(fault.name for fault in FAULTS)}")
    names = parser.parse_args().names
    wanted = [fault for fault in FAULTS if not names or fault.name in names]
    if not wanted or len(wanted) < len(names):
        parser.error("no such fault; --help names them")
    with copied() as copy:
        if problem := unharmed(copy, wanted):
            say(problem)
            return FAILED
        missed = 0
        for fault in wanted:
            verdict = try_fault(copy, fault)
            missed += bool(verdict.problem)
            say(f"{'NOT CAUGHT' if verdict.problem else 'caught'}  {fault.name}: {verdict.problem or fault.broken}")
    say(f"{len(wanted) - missed} of {len(wanted)} faults are caught")
    return FAILED if missed else 0


if __name__ == "__main__":
    sys.exit(main())
