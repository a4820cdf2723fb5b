"""Distances to centres, and good centres to begin with: k-means++ (Arthur and Vassilvitskii 2007), Lloyd's steps."""

import numpy as np

from streams.arrays import Floats, Ints

STARTS = 4
STEPS = 50


def distances(rows: Floats, centres: Floats) -> Floats:
    """Squared distances (n × k) of rows (n × c) to centres (k × c)."""
    found: Floats = ((rows[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2)
    return found


def nearest(rows: Floats, centres: Floats) -> Ints:
    """The nearest centre of each row, the first of equals."""
    return np.asarray(distances(rows, centres).argmin(axis=1), dtype=np.int64)


def inertia(rows: Floats, centres: Floats) -> float:
    """Sum over rows of the squared distance to the nearest centre."""
    return float(distances(rows, centres).min(axis=1).sum())


def begun(rows: Floats, count: int, random: np.random.Generator) -> Floats:
    """The ``count`` centres (at most one a row) with the least inertia out of ``STARTS`` starts."""
    found = [_settled(rows, _spread_out(rows, min(count, len(rows)), random)) for _ in range(STARTS)]
    return min(found, key=lambda centres: inertia(rows, centres))


def _spread_out(rows: Floats, count: int, random: np.random.Generator) -> Floats:
    """Centres among the rows, each drawn with odds of its squared distance to those before it."""
    found = rows[random.integers(len(rows), size=1)]
    while len(found) < count:
        odds = distances(rows, found).min(axis=1).cumsum()
        drawn = int(np.searchsorted(odds, random.random() * odds[-1], side="right"))
        found = np.concatenate([found, rows[min(drawn, len(rows) - 1)][None]])
    return found


def _settled(rows: Floats, centres: Floats) -> Floats:
    """Lloyd's steps until nothing moves, ``STEPS`` at most; a centre without rows stays."""
    for _ in range(STEPS):
        moved = moved_to(rows, centres)
        if np.array_equal(moved, centres):
            break
        centres = moved
    return centres


def moved_to(rows: Floats, centres: Floats) -> Floats:
    """The mean of the rows nearest to each centre; a centre without rows stays."""
    labels = nearest(rows, centres)
    parts = [rows[labels == k] for k in range(len(centres))]
    return np.array([part.mean(axis=0) if len(part) else own for part, own in zip(parts, centres, strict=True)])
