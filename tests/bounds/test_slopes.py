"""The ruler of the soak is itself measured."""

import random

from hypothesis import given
from hypothesis import strategies as st

from tests.bounds.slopes import quantile, slope


@given(st.floats(-50, 50), st.floats(0, 1000))
def test_a_line_has_its_slope(growth: float, start: float) -> None:
    """MB per hour of samples in seconds."""
    samples = [(float(at), start + growth * at / 3600) for at in range(0, 900, 15)]
    assert abs(slope(samples) - growth) < 1e-6


def test_jumps_and_noise_do_not_bend_it() -> None:
    """A worker whose buffers breathe is flat; one that leaks 60 MB an hour is not, under the same noise."""
    chance = random.Random(3)
    noise = [chance.gauss(0, 1) + 25 * (chance.random() < 0.1) for _ in range(180)]
    flat = [(5.0 * number, 200 + extra) for number, extra in enumerate(noise)]
    leaking = [(at, value + 60 * at / 3600) for at, value in flat]
    assert abs(slope(flat)) < 8
    assert slope(leaking) > 45


def test_nothing_has_no_slope_and_no_quantile() -> None:
    """A worker of which there is no sample."""
    assert (slope([]), slope([(1.0, 5.0)]), slope([(1.0, 5.0), (1.0, 9.0)])) == (0, 0, 0)
    assert (quantile([], 0.5), quantile([3.0, 1.0, 2.0], 0.5), quantile([1.0], 0.99)) == (0, 2.0, 1.0)
