"""Whether rows lie in an order that tells their labels: then no figure holds for rows to come."""

import numpy as np

from streams.arrays import Floats

FEWEST_RUNS = 20.0
"""Runs of one label that a random order would have, under which nothing is said."""
LEAST_SHARE = 0.25
"""Of these, under which the order is no accident, and no drift either."""
STEADY = 0.95
"""Share of the steps from label to label in one direction from which amounts are sorted."""
FEWEST_STEPS = 30

ADVICE = "rows seem sorted by the label, and then no figure holds for rows to come; name --time, or shuffle the file"


def sorted_labels(labels: Floats) -> list[str]:
    """A note if labels (n, 0 or 1) change far less often from row to row than by chance."""
    positives = float(labels.sum())
    expected = 2.0 * positives * (len(labels) - positives) / max(len(labels), 1)
    changes = int(np.count_nonzero(np.diff(labels)))
    if expected < FEWEST_RUNS or changes > LEAST_SHARE * expected:
        return []
    return [f"the label changes {changes:,} times from row to row, by chance about {expected:,.0f} times: {ADVICE}"]


def sorted_amounts(labels: Floats) -> list[str]:
    """A note if amounts (n) nearly always rise, or nearly always fall."""
    steps = np.diff(labels)
    steps = steps[steps != 0.0]
    if len(steps) < FEWEST_STEPS or (1.0 - STEADY) < float((steps > 0.0).mean()) < STEADY:
        return []
    return [f"the label nearly always {'rises' if steps.mean() > 0.0 else 'falls'} from row to row: {ADVICE}"]
