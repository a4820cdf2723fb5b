"""b(x): the functions of a row that an effect is a sum of; placed without looking at any outcome."""

from typing import NamedTuple

import numpy as np

from streams.arrays import Bools, Floats, Ints

CLIP = 3.0
"""Deviations from the mean at which a standardised value ends."""
MOST_KNOTS, FEWEST_KNOTS = 7, 3
MOST_HATS = 240
"""Hats of all numbers together; where there are more numbers than fit, their effects are straight lines."""
MOST_LEVELS, FEWEST_ROWS = 60, 20
"""A category's levels of their own: the most frequent ones, from so many rows on; all others count as one."""
MOST_PRODUCTS = 16
"""Numbers of which every two are multiplied."""
BLOCKS = ("everybody", "response", "lines", "hats", "levels", "products")
"""Kinds of functions; each kind is shrunken by a precision of its own."""


class Basis(NamedTuple):
    """Plain arrays: how to turn a row into its functions. Immutable, and knows no outcome.

    ``centre`` and ``spread`` (F) standardise numbers and, as their last entry, the response's log-odds; ``knots``
    (F × ``MOST_KNOTS``, rising, NaN behind the last); ``gaps`` (F, 0 or 1): which get an indicator for missing;
    ``levels`` (C × ``MOST_LEVELS``, −1 behind the last): the codes with an indicator of their own.
    """

    centre: Floats
    spread: Floats
    knots: Floats
    gaps: Ints
    levels: Ints

    @property
    def blocks(self) -> Ints:
        """For each function the index of its kind in ``BLOCKS``."""
        count = len(self.gaps)
        sizes = (1, 1, count + int(self.gaps.sum()), int(np.isfinite(self.knots).sum()))
        products = count * (count - 1) // 2 if count <= MOST_PRODUCTS else 0
        return np.repeat(np.arange(len(BLOCKS)), (*sizes, int((self.levels >= 0).sum()), products)).astype(np.int64)

    def encode(self, numbers: Floats, levels: Ints, logits: Floats) -> Floats:
        """Rows × functions, from ``numbers`` (n × F, NaN where missing), ``levels`` (n × C) and m's ``logits`` (n).

        A missing number counts as the mean, a level without an indicator as none of those that have one.
        """
        missing = ~np.isfinite(numbers)
        filled = np.where(missing, self.centre[:-1], numbers)
        lines = np.clip((filled - self.centre[:-1]) / self.spread[:-1], -CLIP, CLIP)
        response = np.clip((logits - self.centre[-1]) / self.spread[-1], -CLIP, CLIP)
        parts = [np.ones((len(numbers), 1)), response[:, None], lines, missing[:, self.gaps > 0].astype(np.float64)]
        parts += [_hats(filled[:, k], own[np.isfinite(own)], missing[:, k]) for k, own in enumerate(self.knots)]
        parts += [(levels[:, k, None] == own[own >= 0]).astype(np.float64) for k, own in enumerate(self.levels)]
        if lines.shape[1] <= MOST_PRODUCTS:
            a, b = np.tril_indices(lines.shape[1], -1)
            parts.append(lines[:, a] * lines[:, b])
        return np.concatenate(parts, axis=1)


def place(numbers: Floats, levels: Ints, logits: Floats) -> Basis:
    """A basis for rows like these (arguments as of ``Basis.encode``); at least one row."""
    values = np.concatenate([numbers, logits[:, None]], axis=1)
    present = np.isfinite(values)
    most = int(np.clip(MOST_HATS // max(numbers.shape[1], 1), 0, MOST_KNOTS))
    knots = np.full((numbers.shape[1], MOST_KNOTS), np.nan)
    for k in range(numbers.shape[1]):
        own = _quantiles(values[present[:, k], k], most)
        knots[k, : len(own)] = own
    centre, spread = _moments(values, present)
    kept = np.full((levels.shape[1], MOST_LEVELS), -1, np.int64)
    for k in range(levels.shape[1]):
        own_levels = _frequent(levels[:, k])
        kept[k, : len(own_levels)] = own_levels
    return Basis(centre, spread, knots, (~present[:, :-1]).any(axis=0).astype(np.int64), kept)


def _moments(values: Floats, present: Bools) -> tuple[Floats, Floats]:
    counts = np.maximum(present.sum(axis=0), 1)
    centre = np.where(present, values, 0.0).sum(axis=0) / counts
    spread = np.sqrt(np.where(present, (values - centre) ** 2, 0.0).sum(axis=0) / counts)
    return centre, np.where(spread > 1e-12 * np.maximum(np.abs(centre), 1.0), spread, np.inf)


def _quantiles(values: Floats, most: int) -> Floats:
    """Distinct quantiles, or none where a straight line says all that there is to say."""
    found = np.unique(np.quantile(values, np.linspace(0.0, 1.0, most))) if len(values) and most else np.zeros(0)
    return found if len(found) >= FEWEST_KNOTS else np.zeros(0)


def _frequent(codes: Ints) -> Ints:
    found, counts = np.unique(codes, return_counts=True)
    order = np.argsort(-counts, kind="stable")[:MOST_LEVELS]
    return found[order[counts[order] >= FEWEST_ROWS]].astype(np.int64)


def _hats(values: Floats, knots: Floats, missing: Bools) -> Floats:
    """Rows × knots: shares in the two knots around a value; zeros where it is missing."""
    if not len(knots):
        return np.zeros((len(values), 0))
    place = np.interp(values, knots, np.arange(len(knots), dtype=np.float64))
    shares = np.maximum(1.0 - np.abs(place[:, None] - np.arange(len(knots))), 0.0)
    hats: Floats = np.where(missing[:, None], 0.0, shares)
    return hats
