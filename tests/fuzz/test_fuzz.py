"""A short fuzz run of everything that reads what others wrote; ``scripts/fuzz`` is the long one."""

import pytest

from tests.fuzz.runs import try_out
from tests.fuzz.targets import TARGETS

EXAMPLES = 150


@pytest.mark.parametrize("name", TARGETS)
def test_only_clear_errors_come_out(name: str) -> None:
    """Whatever goes in: the target's own errors, within 1 s and 100 MB for a small input."""
    try_out(name, EXAMPLES, number=1)
