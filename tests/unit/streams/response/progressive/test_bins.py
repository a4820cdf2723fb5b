import numpy as np
import pytest

from streams.response.progressive.bins import binned


@pytest.mark.parametrize(
    ("values", "kinds"),
    [
        ([0.0] * 97 + [1.0] * 3, 2),
        ([0.0] * 3 + [1.0] * 97, 2),
        ([np.nan] * 50 + [0.0] * 50, 2),
        ([np.nan] * 9, 1),
        ([float(k) for k in range(1_000)], 10),
        ([-2.0, -1.0] * 5 + [0.0] * 80 + [1.0, 2.0] * 5, 4),
    ],
)
def test_values_fall_into_bins(values: list[float], kinds: int) -> None:
    """Flags however rare, gaps, zeros in the middle, quantiles of the rest."""
    assert len(np.unique(binned(np.array(values), 10))) == kinds
