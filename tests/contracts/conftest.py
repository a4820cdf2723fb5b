"""Where the public data sets are."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def adbench() -> list[Path]:
    """The ADBench sets, or a skip that says how to get them in."""
    beside = Path(__file__).parents[2].parent / "shared" / "data"
    folder = Path(os.environ.get("PROMO_DATA", beside)) / "adbench"
    files = sorted(folder.glob("*.npz"))
    if not files:
        pytest.skip(f"no ADBench sets in {folder}; set PROMO_DATA to the folder of the public data sets")
    return files
