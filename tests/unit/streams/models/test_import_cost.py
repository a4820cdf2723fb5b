import subprocess
import sys

import pytest

SLOW = ("numba", "sklearn", "pyod", "river", "pandas")


@pytest.mark.parametrize("module", ["streams.models.store", "streams.fraud.risk", "streams.learn"])
def test_importing_is_cheap(module: str) -> None:
    """Libraries that take seconds to load are loaded by who learns or scores, never by who imports."""
    code = f"import sys, {module}; print(*(name for name in {SLOW!r} if name in sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert loaded.split() == []


def test_scoring_needs_numba_alone() -> None:
    """A worker that decides never loads what only learning needs."""
    code = f"""
import sys
from streams.fraud.kernel import compiled
compiled()
print(*(name for name in {SLOW!r} if name in sys.modules))
"""
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert loaded.split() == ["numba"]
