"""All detectors on the same past, and the one risk that they make together, without a label."""

from typing import NamedTuple

import numpy as np

from streams.arrays import Floats, Ints
from streams.fraud.detectors.detector import Detector
from streams.fraud.detectors.encoding import Encoding, fit_encoding
from streams.fraud.detectors.families import FAMILIES

SAMPLE = 6_000
"""Past rows that a fit takes at most, drawn evenly: no detector keeps more than 25,600 draws of them."""
KEPT_BACK, KEPT_BACK_MOST = 3, 1_000
"""One row in three, at most a thousand, is not fitted on: it says how a new row scores where nothing is wrong."""

RATIOS = np.array([family.is_ratio for family in FAMILIES])
RESERVES = np.array([family.reserve for family in FAMILIES])


class Ensemble(NamedTuple):
    """Fitted detectors in the order of ``FAMILIES``; ``mean`` and ``deviation`` of their scores of new past rows.

    Those of ratios are of their logarithms.
    """

    encoding: Encoding
    detectors: tuple[Detector, ...]
    mean: Floats
    deviation: Floats

    def score_and_learn(self, numbers: Floats, levels: Ints) -> Floats:
        """Every detector's scores (n × detectors) of ``numbers`` (n × F) and ``levels`` (n × C), each by its past."""
        rows = self.encoding.rows(numbers, levels)
        return np.stack([detector.score_and_learn(rows) for detector in self.detectors], axis=1)

    def risk(self, scores: Floats) -> Floats:
        """The combined risk (n) in 0..1 of scores (n × detectors)."""
        return combined((_scaled(scores) - self.mean) / self.deviation)


def fit_ensemble(numbers: Floats, levels: Ints, seed: int) -> Ensemble:
    """Fit every detector on past rows (at least four), in the order of time."""
    rng = np.random.default_rng(seed)
    count = len(numbers)
    drawn = rng.choice(count, min(SAMPLE, count), replace=False, shuffle=False)
    apart = rng.random(len(drawn)).argsort() < min(len(drawn) // KEPT_BACK, KEPT_BACK_MOST)
    learned, kept_back = np.sort(drawn[~apart]), drawn[apart]
    encoding = fit_encoding(numbers[learned], levels[learned])
    rows = encoding.rows(numbers[learned], levels[learned])
    detectors = tuple(family.load(family.fit(rows, seed)) for family in FAMILIES)
    usual = encoding.rows(numbers[kept_back], levels[kept_back])
    scores = _scaled(np.stack([detector.scores(usual) for detector in detectors], axis=1))
    deviation = scores.std(axis=0)
    return Ensemble(encoding, detectors, scores.mean(axis=0), np.where(deviation > 0.0, deviation, 1.0))


def combined(standardised: Floats) -> Floats:
    """The risk (n) in 0..1 of scores in standard deviations (n × detectors): that of the most alarmed detector.

    The maximum of standardised scores (Aggarwal and Sathe 2015) keeps what only one kind of detector can see, where a
    mean waters it down; forest and neighbours complement each other best (Bouman et al. 2024), the others need a
    reserve. 0.5 is a usual row, 0.75 one deviation above it, 0.9 four; the order is never lost.
    """
    most = (standardised - RESERVES).max(axis=1)
    risk: Floats = 0.5 + 0.5 * most / (1.0 + np.abs(most))
    return risk


def _scaled(scores: Floats) -> Floats:
    return np.where(RATIOS, np.log(np.where(RATIOS, scores, 1.0)), scores)
