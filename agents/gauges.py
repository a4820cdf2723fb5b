"""What folds know, as gauges of ``agents.metrics``."""

from collections.abc import Iterator
from math import isfinite
from typing import NamedTuple

from streams.coordinate import Coordination
from streams.demand.series import BASELINE, FORECASTER
from streams.fold import DecideFold
from streams.folding import Fold
from streams.forecast.intervals import HORIZONS
from streams.learn import ForecastLearning, ResponseLearning
from streams.learn.response import GHOSTS


class Reading(NamedTuple):
    """A gauge's value; ``labels`` in the order of the table of metrics."""

    name: str
    value: float
    labels: tuple[str, ...]


def readings(fold: Fold, partition: str, appended: int, now: int) -> Iterator[Reading]:
    """The gauges of one partition's fold.

    ``appended`` is the append time (ms) of the last record read, 0 for none; ``now`` the wall time (ms).
    """
    if isinstance(fold, DecideFold):
        yield from _of_decide(fold, partition, appended, now)
    elif isinstance(fold, ResponseLearning):
        yield from _of_models(fold)
        yield from _of_challengers(fold)
    elif isinstance(fold, ForecastLearning):
        yield from _of_forecasts(fold)
    elif isinstance(fold, Coordination):
        yield from _of_experiments(fold)


def _of_decide(fold: DecideFold, partition: str, appended: int, now: int) -> Iterator[Reading]:
    state = fold.state
    by_arrival = state.clock == "arrival"
    yield Reading("state_users", len(fold.users), (partition,))
    skew = (appended - state.now) / 1000 if appended and by_arrival else 0.0
    yield Reading("clock_skew_seconds", skew, (partition,))
    for kind, version in state.config_versions().items():
        yield Reading("config_version", version, (kind, partition))
    present = now if by_arrival else state.now
    if state.items_at:
        yield Reading("catalogue_age_seconds", max(0, present - state.items_at) / 1000, ())
    for model, until in fold.trained_until().items():
        yield Reading("model_age_seconds", max(0, present - until) / 1000, (model,))


def _of_models(fold: ResponseLearning) -> Iterator[Reading]:
    for judged, (model, constant) in fold.losses().items():
        slot = "_ghosts" if judged.endswith(GHOSTS) else ""
        name = judged.removesuffix(GHOSTS)
        yield Reading("model_loss", model, (name, f"champion{slot}"))
        yield Reading("model_loss", constant, (name, f"constant{slot}"))
    for judged, ratio in fold.calibrations().items():
        if not judged.endswith(GHOSTS):  # nobody is decided for by it: ghosts buy less than the treated it learned from
            yield Reading("model_calibration_ratio", ratio, (judged,))


def _of_challengers(fold: ResponseLearning) -> Iterator[Reading]:
    """What is not known yet is left out: no bound before the first decision."""
    for name, challengers in fold.challengers().items():
        for algorithm, (progress, lead) in challengers.items():
            if progress.count:
                yield Reading("model_loss", progress.losses[0], (name, f"challenger_{algorithm}"))
                yield Reading("challenger_calibration_ratio", progress.calibration, (name, algorithm))
            if isfinite(lead):
                yield Reading("challenger_lead_nats", lead, (name, algorithm))


def _of_forecasts(fold: ForecastLearning) -> Iterator[Reading]:
    """Beside the same hour last week; those of categories together, for categories come and go."""
    for place, hours in enumerate(HORIZONS):
        judged = [(name.partition(":")[0], off[place]) for name, off in fold.errors().items() if off[place].count]
        for kind in dict.fromkeys(kind for kind, _ in judged):
            own = [errors for of, errors in judged if of == kind]
            off = sum(errors.forecaster for errors in own), sum(errors.baseline for errors in own)
            yield Reading("forecast_error", off[0], (kind, str(hours), FORECASTER))
            yield Reading("forecast_error", off[1], (kind, str(hours), BASELINE))


def _of_experiments(fold: Coordination) -> Iterator[Reading]:
    for campaign, tally in fold.state.tallies.items():
        name, _, version = campaign.partition("@")
        yield Reading("fraud_gate_cost_minor_units", tally.gate.cost().cost, (name, version))
        for arm, counts in (("treatment", tally.treatment), ("holdout", tally.holdout)):
            labels = (name, version, arm)
            yield Reading("experiment_users", counts.users, labels)
            yield Reading("experiment_purchases", counts.purchased, labels)
            yield Reading("experiment_margin_minor_units", counts.margin, labels)
