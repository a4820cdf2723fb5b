"""A table's columns as rows that detectors take: finite, on one scale, rare categories far out."""

from typing import NamedTuple

import numpy as np

from streams.arrays import Floats, Ints

FARTHEST = 30.0
"""Standard deviations at which a value ends: one typing error must not stretch a column for everyone else."""
NEVER_SEEN = 3.0
"""Where a column that never changed puts a value that it never had, in standard deviations."""
LARGEST = 1e100
"""Numbers end here, so that squares stay finite."""


class Encoding(NamedTuple):
    """What was learned of F number columns and C category columns on past rows.

    Rows come out as n × (F + gaps + C): numbers (the median where missing), an indicator for each of the columns
    ``gaps`` that had missing values, and −log of the frequency of each category; all in standard deviations.
    """

    median: Floats
    gaps: Ints
    rarity: tuple[Floats, ...]
    mean: Floats
    deviation: Floats

    def rows(self, numbers: Floats, levels: Ints) -> Floats:
        """Encode ``numbers`` (n × F, NaN where missing) and ``levels`` (n × C, codes from 0)."""
        raw = _raw(numbers, levels, self.median, self.gaps, self.rarity)
        away = raw - self.mean
        scaled = np.divide(away, self.deviation, out=np.sign(away) * NEVER_SEEN, where=self.deviation > 0.0)
        return np.clip(scaled, -FARTHEST, FARTHEST, out=scaled)


def fit_encoding(numbers: Floats, levels: Ints) -> Encoding:
    """Learn medians, gaps, frequencies and scales from rows (at least one)."""
    missing = np.isnan(numbers)
    gaps = np.flatnonzero(missing.any(axis=0))
    median = np.array([_median(numbers[:, k]) for k in range(numbers.shape[1])], dtype=np.float64)
    rarity = tuple(_rarity(levels[:, k]) for k in range(levels.shape[1]))
    raw = _raw(numbers, levels, median, gaps, rarity)
    deviation = raw.std(axis=0)
    constant = np.ptp(raw, axis=0) == 0.0  # rounding may leave a deviation
    return Encoding(median, gaps, rarity, raw.mean(axis=0), np.where(constant, 0.0, deviation))


def _median(column: Floats) -> float:
    present = column[~np.isnan(column)]
    return float(np.median(present)) if len(present) else 0.0


def _rarity(codes: Ints) -> Floats:
    """−log of each code's smoothed frequency; the last one stands for all codes never seen."""
    counts = np.append(np.bincount(codes), 0)
    rarity: Floats = -np.log((counts + 1.0) / (len(codes) + len(counts)))
    return rarity


def _raw(numbers: Floats, levels: Ints, median: Floats, gaps: Ints, rarity: tuple[Floats, ...]) -> Floats:
    missing = np.isnan(numbers)
    filled = np.clip(np.where(missing, median, numbers), -LARGEST, LARGEST)
    rare = [table[np.minimum(levels[:, k], len(table) - 1)] for k, table in enumerate(rarity)]
    return np.column_stack([filled, missing[:, gaps].astype(np.float64), *rare])
