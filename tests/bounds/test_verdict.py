"""What a soak calls growth."""

import pytest

from tests.bounds.verdict import Lived, Verdict, judge
from tests.bounds.watching import Sample


def verdict(seconds: int, mb_per_hour: float, step: float = 0.0, lag: float = 0.0) -> Verdict:
    """A run whose decide grows after a warm-up of its own, and takes a step half-way."""
    samples = [
        Sample(
            at=float(at),
            memory={"decide": 100 + 80 * (at > seconds // 5) + at * mb_per_hour / 3600 + step * (at > seconds // 2)},
            lag={"decide": lag if at > seconds - 10 else 0.0},
            users=10,
            versions=3,
            messages={},
        )
        for at in range(0, seconds, 5)
    ]
    return judge(samples, Lived(0, 0, []), 9, tolerance=20.0, behind=1000)


@pytest.mark.parametrize("seconds", [300, 1200])
def test_a_flat_line_is_no_problem_whatever_the_warm_up_took(seconds: int) -> None:
    """A kernel that is compiled, a buffer that is filled once."""
    assert verdict(seconds, 0.0).problems == []
    assert verdict(seconds, 0.0, step=3.0).problems == []


def test_twenty_minutes_show_a_leak_that_five_do_not() -> None:
    """50 MB an hour are 12 MB in a quarter of an hour, and 3 in four minutes."""
    assert len(verdict(1200, 50.0).problems) == 1
    assert verdict(300, 50.0).problems == []
    assert len(verdict(300, 200.0).problems) == 1


def test_a_role_that_falls_behind_is_told() -> None:
    """What grows then is the backlog: the figures say nothing about memory."""
    assert "records behind" in verdict(300, 0.0, lag=5000.0).problems[0]
