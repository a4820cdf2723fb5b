"""Fuzz runs: each target for its share of the time, with what was tried and what broke."""

import time
import traceback
from collections.abc import Callable
from typing import NamedTuple

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz.bounds import bounded
from tests.fuzz.targets import TARGETS, Target, warm_up

ROUND = 200
"""Inputs between two looks at the clock."""
SHOWN = 1500
SHOWN_FRAMES = 4
"""How much of a failure is shown: an input may be long."""


class Outcome(NamedTuple):
    """One target's run; ``failure`` is empty if every law held."""

    target: str
    inputs: int
    seconds: float
    slowest_ms: float
    failure: str


class _Meter:
    """Runs a target within its bounds and counts."""

    def __init__(self, target: Target) -> None:
        self.inputs = 0
        self.slowest = 0.0
        self._target = target

    def run(self, example: object) -> None:
        """One input."""
        self.inputs += 1
        began = time.thread_time()
        with bounded():
            self._target.run(example)
        self.slowest = max(self.slowest, time.thread_time() - began)


def try_out(name: str, examples: int, number: int) -> None:
    """Run a target on so many inputs; raises what breaks a law, on the smallest input that does."""
    _attempt(_Meter(TARGETS[name]), name, examples, number)


def _attempt(meter: _Meter, name: str, examples: int, number: int) -> None:
    @seed(number)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    @given(TARGETS[name].inputs)
    def attempt(example: object) -> None:
        meter.run(example)

    warm_up()
    attempt()


def fuzz(name: str, seconds: float, number: int, progress: Callable[[int], None]) -> Outcome:
    """Try a target for some time, round after round with other seeds; it ends at its first failure."""
    meter, began, failure = _Meter(TARGETS[name]), time.monotonic(), ""
    while not failure and time.monotonic() - began < seconds:
        try:
            _attempt(meter, name, ROUND, number)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - whatever comes is what is looked for
            failure = _told(error)
        number += 1
        progress(meter.inputs)
    return Outcome(name, meter.inputs, round(time.monotonic() - began, 1), round(meter.slowest * 1000, 1), failure)


def _told(error: BaseException) -> str:
    """What broke, where, and the smallest input that breaks it."""
    where = "".join(traceback.format_tb(error.__traceback__)[-SHOWN_FRAMES:])
    notes = "\n".join(getattr(error, "__notes__", ()))
    what = f"{type(error).__name__}: {str(error)[:SHOWN]}"
    return f"{what}\n{where}{notes[:SHOWN]}"
