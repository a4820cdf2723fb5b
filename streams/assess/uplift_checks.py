"""Whether a table is what it is taken for: treated by chance, and enough of it for a claim."""

from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from streams.arrays import Floats
from streams.assess.uplift_figures import Estimate
from streams.response.effect.table import Experiment

MOST_DIFFERENCE = 0.1
"""Standardised mean difference of a feature between the arms from which they count as unlike."""
BY_CHANCE = 0.01
"""How often one of all features may differ so much between fair arms."""
SURE = 4.0
FEW_OUTCOMES = 200
"""Outcomes in the smaller arm under which nothing is claimed (PROOF rule 7)."""
MOST_RATE, FEW_ROWS = 0.5, 30
SHOWN = 3
EVEN = 0.02
MOST_LEVELS = 20
LEAST_CHANCE = 0.02


class Difference(NamedTuple):
    """Of a feature between the arms: in standard deviations, and in standard errors."""

    name: str
    standardised: float
    errors: float


def imbalances(experiment: Experiment, names: tuple[list[str], list[str]]) -> list[str]:
    """What speaks against a fair lot (or, with propensities, against these), as sentences."""
    found = sorted(_differences(experiment, names), key=lambda one: -abs(one.standardised))
    bound = NormalDist().inv_cdf(1.0 - BY_CHANCE / 2.0 / max(len(found), 1))
    sure = [one for one in found if abs(one.errors) > bound]
    unlike = [one for one in sure if abs(one.standardised) > MOST_DIFFERENCE]
    notes = []
    if unlike:
        shown = ", ".join(f"{one.name} by {abs(one.standardised):.2f}" for one in unlike[:SHOWN])
        notes.append(f"the arms differ before any treatment ({shown} standard deviations): {_advice(experiment)}")
    elif sure:
        shown = ", ".join(one.name for one in sure[:SHOWN])
        notes.append(
            f"chance alone does not make the arms differ so in {shown}: if that came after the treatment "
            "(as a purchase does), leave it out with --ignore"
        )
    return notes + (_ratio_notes(experiment) if experiment.propensity is None else _propensity_notes(experiment))


def later(experiment: Experiment, names: tuple[list[str], list[str]]) -> list[str]:
    """Numbers that look as if they had come after the outcome, as sentences: all rows that have some had it too."""
    if not np.isin(experiment.outcomes, (0.0, 1.0)).all() or experiment.outcomes.mean() > MOST_RATE:
        return []
    found = []
    for name, column in zip(names[0], experiment.numbers.T, strict=True):
        some = ~np.isnan(column) & (column != 0.0)
        if some.sum() >= FEW_ROWS and experiment.outcomes[some].all():
            found.append(f"{name}: whoever has some has the outcome; if it came afterwards, leave it out with --ignore")
    return found


def claims(experiment: Experiment, effect: tuple[float, float, float], beyond_response: Estimate) -> list[str]:
    """What the figures do not show, as sentences."""
    arms = [experiment.outcomes[experiment.treated == arm] for arm in (0.0, 1.0)]
    fewest = min(int((arm != 0.0).sum()) for arm in arms)
    few = f"only {fewest} outcomes in the smaller arm, under {FEW_OUTCOMES}: these figures support no claim"
    notes = [few] if fewest < FEW_OUTCOMES else []
    if effect[1] <= 0.0 <= effect[2]:
        notes.append("the average effect is not told apart from none")
    if beyond_response.low <= 0.0 <= beyond_response.high:
        notes.append("ranking by effect is not told apart from ranking by response on these rows")
    return notes


def _advice(experiment: Experiment) -> str:
    if experiment.propensity is None:
        return (
            "this was no fair lot, or it came after the treatment; give the chance of treatment with --propensity, "
            "leave out with --ignore what came afterwards, or trust no figure here"
        )
    return "even with the propensities given; they do not describe how the rows were treated, trust no figure here"


def _ratio_notes(experiment: Experiment) -> list[str]:
    rows, treated = len(experiment.treated), int(experiment.treated.sum())
    if abs(treated / rows - 0.5) > EVEN or abs(treated - rows / 2.0) < SURE * rows**0.5 / 2.0:
        return []
    return [f"{treated:,} against {rows - treated:,} rows is no even lot: if it was meant to be one, rows were lost"]


def _propensity_notes(experiment: Experiment) -> list[str]:
    chance = np.zeros(0) if experiment.propensity is None else experiment.propensity
    notes = []
    apart = float((experiment.treated - chance).sum()) / max(float(np.sqrt((chance * (1.0 - chance)).sum())), 1e-12)
    if abs(apart) > SURE:
        notes.append(
            f"by the propensities {chance.mean():.1%} of the rows should have been treated, "
            f"{experiment.treated.mean():.1%} were: the column must hold the chance of --treated in every row, "
            "also in rows that were not treated"
        )
    extreme = float(((chance < LEAST_CHANCE) | (chance > 1.0 - LEAST_CHANCE)).mean())
    if extreme:
        notes.append(f"{extreme:.1%} of the rows had a chance of under 2 % or over 98 %: few rows weigh much")
    return notes


def _differences(experiment: Experiment, names: tuple[list[str], list[str]]) -> list[Difference]:
    treated = experiment.treated
    chance = np.full(len(treated), treated.mean()) if experiment.propensity is None else experiment.propensity
    weights = np.where(treated > 0.0, 1.0 / chance, 1.0 / (1.0 - chance))
    found = []
    for name, column in zip(names[0], experiment.numbers.T, strict=True):
        missing = np.isnan(column)
        found.append(_difference(name, column[~missing], treated[~missing], weights[~missing]))
        found.append(_difference(f"{name} missing", missing.astype(np.float64), treated, weights))
    for name, codes in zip(names[1], experiment.levels.T, strict=True):
        levels, counts = np.unique(codes, return_counts=True)
        often = levels[np.argsort(-counts, kind="stable")][:MOST_LEVELS]
        found += [_difference(name, (codes == level).astype(np.float64), treated, weights) for level in often]
    return found


def _difference(name: str, values: Floats, treated: Floats, weights: Floats) -> Difference:
    arms = [(values[treated == arm], weights[treated == arm]) for arm in (0.0, 1.0)]
    if min(len(own) for own, _ in arms) < 2 or values.min() == values.max():  # noqa: PLR2004 - a spread needs two
        return Difference(name, 0.0, 0.0)
    means = [float(np.average(own, weights=weight)) for own, weight in arms]
    deviation = float(np.sqrt(np.mean([own.var() for own, _ in arms]))) or 1e-12
    errors = [weight @ weight / weight.sum() ** 2 for _, weight in arms]
    apart = (means[1] - means[0]) / deviation
    return Difference(name, apart, apart / float(np.sqrt(sum(errors))))
