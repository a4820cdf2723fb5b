"""What a scenario is, and what its verdict says."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from tests.chaos.stage import Stage

Check = Callable[["Stage"], Iterator[str]]
"""Looks at what a scenario left behind; yields a line for everything that should not be."""

Brokers = Literal[1, 3, "own", "clock"]
"""A kind of cluster: that many brokers; one that may be killed; one whose clock may be moved."""


class Broken(Exception):  # noqa: N818 - the runtime's mistake, not the harness's
    """A scenario saw what must not be; the text says what."""


class Scenario(NamedTuple):
    """One way of breaking things. ``play`` does it on a stage and raises ``Broken`` (or an assertion) if it must.

    After ``play`` the stage is brought to rest and compared with offline folds by the checks of
    ``tests.chaos.comparing``, then by ``checks``; with ``compared=False`` by ``checks`` alone, on the stage as it is.
    ``seeds``: how many different seeds a full run takes. ``zombies``: outputs may be repeated byte for byte.
    ``short``: plays in the short version too. ``hindered()``: why it cannot be played here; empty if it can.
    """

    name: str
    play: Callable[["Stage"], None]
    brokers: Brokers = 1
    seeds: int = 1
    zombies: bool = False
    short: bool = False
    compared: bool = True
    checks: tuple[Check, ...] = ()
    hindered: Callable[[], str] = lambda: ""


class Verdict(NamedTuple):
    """How a scenario ended. ``recovery_seconds``: the longest time from a fault to full work again; 0 without one.

    ``where``: topic prefix and log directory that a failed scenario leaves for looking at. ``skipped``: why it was not
    played at all; then nothing else of this counts.
    """

    name: str
    seed: int
    events: int
    passed: bool
    repeats: int
    recovery_seconds: float
    reason: str = ""
    where: str = ""
    seconds: float = 0.0
    skipped: str = ""
