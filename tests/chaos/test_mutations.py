from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.mutations import copied, try_fault, unharmed
from tests.chaos.mutations_made import FAULTS, Fault


@pytest.fixture(scope="module")
def copy() -> Iterator[Path]:
    """A copy of the project in which the tests of all faults pass."""
    with copied() as folder:
        problem = unharmed(folder, FAULTS)
        assert not problem, problem
        yield folder


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_a_deliberate_fault_is_caught(copy: Path, fault: Fault) -> None:
    """A promise that nobody would miss if it were broken is not kept by anybody."""
    assert try_fault(copy, fault).problem == ""


def test_a_fault_whose_line_is_gone_is_an_error_and_not_a_pass(copy: Path) -> None:
    """A change of the runtime cannot silently switch a check off."""
    stale = FAULTS[0]._replace(old="a line that stands nowhere")
    assert "0 times; name the line that now does this" in try_fault(copy, stale).problem


def test_a_fault_that_changes_nothing_is_not_caught(copy: Path) -> None:
    """The check can fail: what its tests do not notice is told, with their names."""
    harmless = FAULTS[0]._replace(new=f"{FAULTS[0].old}  # as before")
    assert try_fault(copy, harmless).problem == f"{harmless.tests[0]} pass all the same"
