"""``assess amount``: the progressive champion beside the running mean and beside boosting, on the same rows."""

from collections.abc import Callable

import msgspec
import numpy as np

from streams.arrays import Floats, Ints
from streams.assess.amount_figures import AmountFigures, judge_amounts
from streams.assess.batch import GROWN_ON, best_amounts, refitted
from streams.assess.boosting import Predict, Rows, rows
from streams.assess.feature_selection import Feature
from streams.assess.figures import interval, stretches
from streams.assess.order import sorted_amounts
from streams.assess.response import ONCE, PERIODS, WARM_UP
from streams.response.amount.blend import NAMES, Blend

FEW_ROWS, FEW_AMOUNTS = 40, 30
HEAVY = 0.5
"""Share of the squared error of the running mean that one row may have before it is said."""
MEAN = "mean"
SINGLES = {
    "linear": "linear",
    "hats": "piecewise_linear",
    "products": "products",
    "hurdle": "hurdle",
    "trees": "trees",
    "stack": "stack",
}
"""Single experts of the champion that are shown beside it, by their name in the figures."""


class AmountPeriod(msgspec.Struct, frozen=True):
    """One stretch of rows: their number, their mean label and each model's root mean squared error."""

    rows: int
    mean: float
    rmse: dict[str, float]


class AmountAssessment(msgspec.Struct, frozen=True):
    """All figures of ``assess amount``; ``models`` holds at least champion, constant, batch and batch_once.

    ``champion_weights`` says what the champion is made of at the end; ``champion_less_batch`` is its squared error less
    that of boosting refitted (mean, low and high of 95 %); ``notes`` what a reader should know.
    """

    rows: int
    scored: int
    not_zero: int
    mean: float
    models: dict[str, AmountFigures]
    over_time: list[AmountPeriod]
    champion_weights: dict[str, float]
    champion_less_batch: tuple[float, float, float]
    notes: list[str]
    features: list[Feature] = []


def assess_amount(
    numbers: Floats,
    levels: Ints,
    labels: Floats,
    ready: Ints,
    refits: list[int],
    progress: Callable[[str, int], None] = lambda _, __: None,
) -> AmountAssessment:
    """Predict the amount of every row from those before it whose labels are known, by every model.

    ``numbers`` (n × F, NaN where missing), ``levels`` (n × C, codes from 0), ``labels`` (n), ``ready`` (n): how many
    labels are known before each row; rows are in the order of time. Boosting is fitted anew at ``refits``.
    """
    blended = Blend(numbers, levels, labels, ready, _grown).run(lambda done: progress("champion", done))
    table, count = rows(numbers, levels, labels), len(labels)
    constant = blended.said[:, NAMES.index(MEAN)]
    said = {
        "champion": blended.amounts,
        "constant": constant,
        "batch": refitted(table, ready, refits, constant, best_amounts, progress=lambda done: progress("batch", done)),
        "batch_once": refitted(table, ready, [start for start in [int(count * ONCE)] if start], constant, best_amounts),
    }
    said |= {shown: blended.said[:, NAMES.index(own)] for own, shown in SINGLES.items()}
    scored = slice(int(count * WARM_UP), count)
    return AmountAssessment(
        rows=count,
        scored=scored.stop - scored.start,
        not_zero=int(np.count_nonzero(labels)),
        mean=float(labels.mean()),
        models={name: judge_amounts(labels[scored], own[scored], constant[scored]) for name, own in said.items()},
        over_time=_periods(labels, said, scored),
        champion_weights={name: weight for name, weight in blended.weights.items() if weight >= 0.01},  # noqa: PLR2004
        champion_less_batch=interval(((said["champion"] - labels) ** 2 - (said["batch"] - labels) ** 2)[scored]),
        notes=_notes(labels[scored], constant[scored]),
    )


def _grown(values: Floats, is_category: tuple[bool, ...], labels: Floats) -> Predict:
    return best_amounts(Rows(values, is_category, labels), 0, GROWN_ON)


def _periods(labels: Floats, said: dict[str, Floats], scored: slice) -> list[AmountPeriod]:
    return [
        AmountPeriod(
            b - a,
            float(labels[a:b].mean()),
            {name: float(np.sqrt(((own[a:b] - labels[a:b]) ** 2).mean())) for name, own in said.items()},
        )
        for a, b in stretches(scored, PERIODS)
    ]


def _notes(labels: Floats, constant: Floats) -> list[str]:
    notes, errors = list[str](), (labels - constant) ** 2
    there = int(np.count_nonzero(labels))
    if len(labels) < FEW_ROWS:
        notes.append(f"only {len(labels)} rows are scored: too few for an interval, no figure here is certain")
    elif there < FEW_AMOUNTS:
        notes.append(f"only {there} of the scored rows are not zero: no figure here is certain")
    if labels.min() == labels.max():
        notes.append("every scored row has the same label: there is nothing to tell apart")
    elif errors.max() > HEAVY * errors.sum() and len(labels) >= FEW_ROWS:
        value = labels[int(errors.argmax())]
        notes.append(f"one row ({value:g}) makes most of the squared error: look at the MAE, and whether it is right")
    return notes + sorted_amounts(labels)
