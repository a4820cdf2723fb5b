from typing import cast

import pytest

from agents.runtime.storage import Storage
from tests.chaos.dying import Countdown, DyingStorage


class Kept:
    """A storage that only commits."""

    def commit(self, *_: object) -> None:
        """Done."""


@pytest.mark.parametrize("point", ["opening", "produce"])
def test_a_commit_is_no_step_towards_another_point(point: str) -> None:
    """Else it takes the deadly turn, and nobody dies: a partition that is opened commits too."""
    countdown = Countdown(2)
    DyingStorage(cast("Storage", Kept()), point, countdown).commit(b"", ())
    assert not countdown.last()
    assert countdown.last()
