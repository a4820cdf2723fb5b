"""Columns that know the label by themselves: most came after it, and no model will have them in time."""

import numpy as np

from streams.arrays import Bools, Floats, Ints
from streams.assess.fraud_figures import placements

MOST_ROWS = 100_000
"""Rows that are looked at, at equal distances."""
FEWEST = 30
"""Rows of the rarer label, and rows with a value, under which nothing is said."""
TELLS, FOLLOWS = 0.98, 0.99
"""AUC, and rank correlation, of a column alone from which it is named."""
MOST_RATE = 0.5

Names = tuple[list[str], list[str]]


def leaks(numbers: Floats, levels: Ints, labels: Floats, names: Names) -> list[str]:
    """Columns that tell the labels (n, 0 or 1) almost alone, or are filled in positive rows only, as sentences.

    ``numbers`` (n × F, NaN where missing), ``levels`` (n × C, codes; 0 is missing), ``names`` of both.
    """
    step = -(-len(labels) // MOST_ROWS)
    numbers, levels, labels = numbers[::step], levels[::step], labels[::step]
    if min(labels.sum(), len(labels) - labels.sum()) < FEWEST:
        return []
    told = [_of_column(name, own, labels) for name, own in zip(names[0], numbers.T, strict=True)]
    for name, own in zip(names[1], levels.T, strict=True):
        told.append(_of_rates(name, own, labels) or _if_any(name, own != 0, labels))
    return [one for one in told if one]


def amount_leaks(numbers: Floats, levels: Ints, labels: Floats, names: Names) -> list[str]:
    """The same of amounts (n): columns that rise or fall as they do, or know which of them are zero."""
    step = -(-len(labels) // MOST_ROWS)
    found = [
        f"{name}: it rises and falls with the label (rank correlation {rank:+.3f}); {_advice(name)}"
        for name, own in zip(names[0], numbers.T, strict=True)
        if abs(rank := _rank_correlation(own[::step], labels[::step])) >= FOLLOWS
    ]
    return found + leaks(numbers, levels, np.where(labels != 0.0, 1.0, 0.0), names)


def _of_column(name: str, values: Floats, labels: Floats) -> str:
    missing = np.isnan(values)
    sides = (-np.inf, np.inf) if missing.any() else (0.0,)
    areas = [_area(labels, np.where(missing, side, values)) for side in sides]
    best = max(max(area, 1.0 - area) for area in areas)
    return _alone(name, best) or _if_any(name, ~missing & (values != 0.0), labels)


def _of_rates(name: str, codes: Ints, labels: Floats) -> str:
    """Every other row ranked by the rate of its level in the rest."""
    own = np.unique(codes, return_inverse=True)[1]
    counts, hits = np.bincount(own[::2], minlength=own.max() + 1), np.bincount(own[::2], labels[::2], own.max() + 1)
    rates = (hits + labels.mean()) / (counts + 1.0)
    return _alone(name, _area(labels[1::2], rates[own[1::2]]))


def _alone(name: str, area: float) -> str:
    return f"{name}: it tells the label almost alone (AUC {area:.3f}); {_advice(name)}" if area >= TELLS else ""


def _if_any(name: str, some: Bools, labels: Floats) -> str:
    if labels.mean() > MOST_RATE or some.all() or some.sum() < FEWEST or not labels[some].all():
        return ""
    return f"{name}: whoever has some has the label; {_advice(name)}"


def _advice(name: str) -> str:
    return f"if it was not known before, leave it out: --ignore {name.removesuffix('.hour').removesuffix('.weekday')}"


def _area(labels: Floats, scores: Floats) -> float:
    positive = labels > 0.0
    return 0.5 if positive.all() or not positive.any() else float(placements(positive, scores).positives.mean())


def _rank_correlation(values: Floats, labels: Floats) -> float:
    present = ~np.isnan(values)
    first, second = values[present], labels[present]
    if len(first) < FEWEST or first.min() == first.max() or second.min() == second.max():
        return 0.0
    from scipy.stats import spearmanr  # type: ignore[import-untyped]  # noqa: PLC0415 - slow; only who assesses pays

    return float(spearmanr(first, second).statistic)
