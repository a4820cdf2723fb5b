"""``assess response``: the progressive champion beside the constant and beside boosting, on the same rows."""

from collections.abc import Callable

import msgspec
import numpy as np
from numpy.typing import NDArray

from streams.arrays import Floats, Ints
from streams.assess.batch import GROWN_ON, best_chances, refitted
from streams.assess.boosting import Predict, Rows, rows
from streams.assess.feature_selection import Feature
from streams.assess.figures import Figures, interval, judge, stretches
from streams.assess.losses import LEAST, row_losses
from streams.assess.order import sorted_labels
from streams.response.progressive.blend import Blend

WARM_UP = 0.1
"""Share of rows that nobody is judged on: boosting has seen nothing by then."""
PERIODS = 10
ONCE = 0.2
"""Share of rows on which the boosting that is fitted once has been fitted."""
FEW_POSITIVES = 30
BASE_RATE = "base rate"
SINGLES = {"log": "logistic", "hats": "piecewise_linear", "pairs": "crosses", "trees": "trees", "stack": "stack"}
"""Single experts of the champion that are shown beside it, by their name in the figures."""


class Period(msgspec.Struct, frozen=True):
    """One stretch of rows: their number, their rate of positives and each model's log loss (nats per row)."""

    rows: int
    rate: float
    log_loss: dict[str, float]


class ResponseAssessment(msgspec.Struct, frozen=True):
    """All figures of ``assess response``; ``models`` holds at least champion, constant and batch.

    ``champion_weights`` says what the champion is made of at the end; ``champion_less_batch`` is its log loss less that
    of boosting refitted (mean, low and high of 95 %); ``notes`` what a reader should know.
    """

    rows: int
    scored: int
    positives: int
    rate: float
    models: dict[str, Figures]
    over_time: list[Period]
    champion_weights: dict[str, float]
    champion_less_batch: tuple[float, float, float]
    notes: list[str]
    features: list[Feature] = []


def assess_response(
    numbers: Floats,
    levels: Ints,
    labels: Floats,
    ready: Ints,
    refits: list[int],
    progress: Callable[[str, int], None] = lambda _, __: None,
) -> ResponseAssessment:
    """Predict every row from those before it whose labels are known, by every model.

    ``numbers`` (n × F, NaN where missing), ``levels`` (n × C, codes from 0), ``labels`` (n, 0 or 1), ``ready`` (n):
    how many labels are known before each row; rows are in the order of time. Boosting is fitted anew at ``refits``.
    """
    blended = Blend(numbers, levels, labels, ready, _grown).run(lambda done: progress("champion", done))
    table = rows(numbers, levels, labels)
    count, constant = len(labels), _sigmoid(blended.logits[:, blended.names.index(BASE_RATE)])
    chances = {
        "champion": blended.probability,
        "constant": constant,
        "batch": refitted(table, ready, refits, constant, best_chances, progress=lambda done: progress("batch", done)),
        "batch_once": refitted(table, ready, [start for start in [int(count * ONCE)] if start], constant, best_chances),
    }
    for own, shown in SINGLES.items():
        chances[shown] = _sigmoid(blended.logits[:, blended.names.index(own)])
    scored = slice(int(count * WARM_UP), count)
    return ResponseAssessment(
        rows=count,
        scored=scored.stop - scored.start,
        positives=int(labels.sum()),
        rate=float(labels.mean()),
        models={name: judge(labels[scored], own[scored], chances["constant"][scored]) for name, own in chances.items()},
        over_time=_periods(labels, chances, scored),
        champion_weights={name: weight for name, weight in blended.weights.items() if weight >= 0.01},  # noqa: PLR2004
        champion_less_batch=interval(
            row_losses(labels[scored], chances["champion"][scored])
            - row_losses(labels[scored], chances["batch"][scored])
        ),
        notes=_notes(labels[scored]),
    )


def known_before(times: Floats, delay: float) -> Ints:
    """For each row of rising ``times`` (s) how many labels are known, each ``delay`` seconds after its row.

    A label is known from that moment on; rows of one moment never know each other's.
    """
    return np.searchsorted(times + delay, times, side="right" if delay else "left").astype(np.int64)


def _grown(values: Floats, is_category: tuple[bool, ...], labels: Floats) -> Predict:
    chances = best_chances(Rows(values, is_category, labels), 0, GROWN_ON)
    return lambda asked: _log_odds(chances(asked))


def _log_odds(chances: Floats) -> Floats:
    clipped = np.clip(chances, LEAST, 1.0 - LEAST)
    odds: Floats = np.log(clipped / (1.0 - clipped))
    return odds


def _sigmoid(logits: NDArray[np.float32]) -> Floats:
    return 1.0 / (1.0 + np.exp(-logits.astype(np.float64)))


def _periods(labels: Floats, chances: dict[str, Floats], scored: slice) -> list[Period]:
    return [
        Period(
            b - a,
            float(labels[a:b].mean()),
            {n: float(row_losses(labels[a:b], p[a:b]).mean()) for n, p in chances.items()},
        )
        for a, b in stretches(scored, PERIODS)
    ]


def _notes(labels: Floats) -> list[str]:
    positives = int(min(labels.sum(), len(labels) - labels.sum()))
    if not positives:
        return ["every scored row has the same label: there is nothing to tell apart"]
    if positives >= FEW_POSITIVES:
        return sorted_labels(labels)
    return [f"the rarer label is that of {positives} scored rows, under {FEW_POSITIVES}: no figure here is certain"]
