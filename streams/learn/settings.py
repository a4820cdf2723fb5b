"""What the learning folds are told."""

import msgspec


class LearnSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How often and on what models are trained.

    ``retrain_every``: closed decisions between two versions of the response models. ``refit_every``: fraud samples
    between two isolation forests of ``trees`` trees, each fitted on at most ``reservoir`` rows. ``quarantine``: the
    risk in [0, 1] from which a sample or a decision trains nothing. ``pause``: the least time between two versions in
    ms of log time, because every version is kept as long as a log may name it. ``effect_after``: the closed decisions
    until the purchase model is good enough for the effect learner to learn from what it leaves unexplained.
    ``effect_least``: the closed decisions of a kind of campaign from which on what was learned is served; until then
        its prior is: on fewer the ridge of 30 lets chance in (one simulated shop: 72 of the oracle's 724 after 1,000,
    behind the prior's 180; 479 after 2,000). ``segment_batch``: rows between two steps of the clusters, and before
    there are segments at all. ``choices_every``: choices of items between two versions of the recommender.
    ``forecast_every``: hours of the shop between two forecasts of traffic and demand, ``forecast_categories``: of how
    many categories, those that sell most; each takes a millisecond of every hour.
    """

    retrain_every: int = 500
    refit_every: int = 1000
    reservoir: int = 2048
    trees: int = 100
    quarantine: float = 0.9
    pause: int = 0
    effect_after: int = 100
    effect_least: int = 2000
    segment_batch: int = 256
    choices_every: int = 1000
    forecast_every: int = 6
    forecast_categories: int = 12
