"""Numbers as codes: by their quantiles, with what is frequent apart."""

import numpy as np

from streams.arrays import Floats, Ints


def binned(values: Floats, most: int) -> Ints:
    """Codes from 0 by at most ``most`` quantiles of ``values`` (n, NaN where missing: a code of its own).

    What is half a bin by itself has a code of its own too, so that zeros, flags and few distinct numbers stay apart.
    """
    missing = np.isnan(values)
    if missing.all():
        return np.zeros(len(values), np.int64)
    rising = np.sort(values[~missing])
    edges = np.unique(rising[(len(rising) * np.arange(1, most) // most).clip(max=len(rising) - 1)])
    many = np.searchsorted(rising, edges, "right") - np.searchsorted(rising, edges, "left")
    apart = edges[many * 2 * most > len(rising)]
    codes = np.searchsorted(edges, values, "left") + np.searchsorted(apart, values, "right")
    found: Ints = np.unique(np.where(missing, -1, codes), return_inverse=True)[1].astype(np.int64)
    return found
