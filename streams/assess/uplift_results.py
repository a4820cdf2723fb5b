"""What ``assess uplift`` says: figures by model and by policy, over half-splits."""

from typing import NamedTuple

import msgspec
import numpy as np

from streams.arrays import Floats
from streams.assess.uplift_figures import SHARES, Estimate, over_splits

OURS, BATCH, RESPONSE, LOT = "effect_learner", "t_learner", "response_ranking", "random"
MODELS = (OURS, BATCH, RESPONSE, LOT)
ALL, NONE = "treat_all", "treat_none"


class Ranking(msgspec.Struct, frozen=True):
    """A model that ranks rows by effect.

    ``qini`` in outcomes per row (see ``uplift_figures.qini``); ``qini_less`` the differences to every other model on
    the same splits; ``uplift_at`` the effect among the rows ranked highest.
    """

    qini: Estimate
    qini_less: dict[str, Estimate]
    uplift_at: dict[str, Estimate]


class Policy(msgspec.Struct, frozen=True):
    """A rule of whom to treat: its value per 1,000 rows, the share treated, and its value less every other rule's.

    A model treats the rows whose effect is worth more than the cost; the rankings by response and by lot treat as
    many rows as the effect learner does.
    """

    value: Estimate
    treated_share: float
    value_less: dict[str, Estimate]


class UpliftAssessment(msgspec.Struct, frozen=True):
    """All figures of ``assess uplift``; every estimate is over ``splits`` half-splits, fitted on one half each.

    The T-learner is boosting fitted to each arm, the response ranking the outcomes that it expects of the treated.
    ``average_effect`` is the difference of the arms' weighted mean outcomes over all rows, with its 95 % interval.
    """

    rows: int
    treated: int
    control: int
    mean_outcome: dict[str, float]
    average_effect: tuple[float, float, float]
    splits: int
    models: dict[str, Ranking]
    policies: dict[str, Policy]
    notes: list[str]


class Split(NamedTuple):
    """The figures of one half-split, by model and by policy."""

    qini: dict[str, float]
    uplift_at: dict[str, dict[str, float]]
    value: dict[str, float]
    share: dict[str, float]


def rankings(splits: list[Split]) -> dict[str, Ranking]:
    """The models' figures over the splits."""
    figures = {name: np.array([split.qini[name] for split in splits]) for name in MODELS}
    return {
        name: Ranking(
            qini=over_splits(figures[name]),
            qini_less=_less(figures, name),
            uplift_at={k: over_splits(np.array([split.uplift_at[name][k] for split in splits])) for k in SHARES},
        )
        for name in MODELS
    }


def policies(splits: list[Split]) -> dict[str, Policy]:
    """The policies' figures over the splits."""
    names = (*MODELS, ALL, NONE)
    values = {name: np.array([split.value[name] for split in splits]) for name in names}
    shares = {name: float(np.mean([split.share[name] for split in splits])) for name in names}
    return {name: Policy(over_splits(values[name]), shares[name], _less(values, name)) for name in names}


def _less(figures: dict[str, Floats], name: str) -> dict[str, Estimate]:
    return {other: over_splits(figures[name] - own) for other, own in figures.items() if other != name}
