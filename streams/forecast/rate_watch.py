"""Alarms on counts per hour whose rates should stay as they were: CUSUM e-detectors of Poisson likelihood ratios."""

from typing import NamedTuple

import numpy as np

from streams.arrays import Bools, Floats

FACTORS = np.array([0.25, 0.5, 2.0, 4.0, 16.0])
"""By how much a rate may have changed; each has an evidence of its own, and the largest counts."""
LAG = 14 * 24
"""Hours before a count enters what is usual: a change must not become usual while it is looked for."""
WARM_UP = 28 * 24
"""Hours before the first alarm."""
HOLD = 28 * 24
"""Hours for which a series stays in alarm after evidence passed the threshold last; it learns nothing then."""
PRIOR = 0.5


class Judged(NamedTuple):
    """Per series: the largest logarithm of its evidence (≥ 0), and whether an alarm begins in this hour."""

    evidence: Floats
    begins: Bools


class RateWatch:
    """Watches many series at once, hour by hour.

    Of a series with ``counts`` at ``exposures`` (visits, or a forecast) the usual rate is the mean of all hours older
    than ``LAG``. Evidence is max(1, evidence) × Poisson likelihood ratio (Shin, Ramdas and Rinaldo 2023,
    "E-detectors"); an alarm begins where its logarithm passes ``threshold`` or where something comes for the first
    time after ``WARM_UP``. ``threshold`` belongs to a rate of false alarms and is found by simulation.
    """

    def __init__(self, series: int, threshold: float) -> None:
        self._threshold = threshold
        self._evidence = np.zeros((series, len(FACTORS)))
        self._usual = np.tile([PRIOR, 0.0], (series, 1))
        self._recent = np.zeros((LAG, series, 2))
        self._seen = np.zeros(series, np.bool_)
        self._held_until = np.zeros(series, np.int64)
        self._hour = 0

    def judge(self, counts: Floats, exposures: Floats) -> Judged:
        """The next hour; ``counts`` and ``exposures`` (series, ≥ 0)."""
        self._learn(counts, exposures)
        warm = self._hour >= WARM_UP
        if warm:
            self._weigh(counts, exposures)
        largest = self._evidence.max(axis=1)
        passed = warm & ((largest > self._threshold) | ((counts > 0.0) & ~self._seen))
        begins = passed & (self._hour >= self._held_until)
        self._evidence[passed] = 0.0
        self._held_until[passed] = self._hour + HOLD
        self._seen |= counts > 0.0
        self._hour += 1
        return Judged(largest, begins)

    def _learn(self, counts: Floats, exposures: Floats) -> None:
        place = self._hour % LAG
        learns = self._hour >= self._held_until
        self._usual[learns] += self._recent[place, learns]
        self._recent[place] = np.stack([counts, exposures], axis=1)

    def _weigh(self, counts: Floats, exposures: Floats) -> None:
        expected = exposures * self._usual[:, 0] / np.maximum(self._usual[:, 1], 1.0)
        ratio = counts[:, None] * np.log(FACTORS) - (FACTORS - 1.0) * expected[:, None]
        self._evidence = np.maximum(self._evidence, 0.0) + ratio


def threshold_of(rates: Floats, exposures: Floats, chance: float, seed: int, runs: int = 100) -> float:
    """The threshold that series of these rates pass with this chance, any of them at any hour, if nothing changes.

    ``rates`` (series) per exposure, ``exposures`` (hours); Poisson counts of ``runs`` seeded histories.
    """
    rng, many = np.random.default_rng(seed), np.tile(rates, runs)
    watch, largest = RateWatch(len(many), np.inf), np.zeros(len(many))
    for exposure in exposures.tolist():
        counts = rng.poisson(many * exposure).astype(np.float64)
        largest = np.maximum(largest, watch.judge(counts, np.full(len(many), exposure)).evidence)
    return float(np.quantile(largest.reshape(runs, -1).max(axis=1), 1.0 - chance))
