"""Where the public data sets and the shipped examples are."""

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[4]


@pytest.fixture(scope="session")
def data() -> Path:
    """The directory of the public data sets; the test is skipped, with a sentence, where it is absent."""
    found = Path(os.environ.get("PROMO_DATA") or REPOSITORY.parent / "shared" / "data")
    if not found.is_dir():
        pytest.skip(f"needs the public data sets: set PROMO_DATA to their directory ({found} is not there)")
    return found


@pytest.fixture(scope="session")
def examples() -> Path:
    """The mappings and campaigns that ship with the project."""
    return REPOSITORY / "deploy" / "examples"
