"""``assess fraud``: every detector and the combined risk, learned without labels on the past, judged by labels."""

from collections.abc import Callable

import msgspec

from streams.arrays import Bools, Floats, Ints
from streams.assess.feature_selection import Feature
from streams.assess.fraud_figures import Ranking, difference, ranking
from streams.fraud.detectors.progressive import score_progressively

COMBINED = "combined"
FEW_POSITIVES = 30
CHANCE = 0.5


class FraudAssessment(msgspec.Struct, frozen=True):
    """All figures of ``assess fraud``; ``models`` holds every detector and ``combined``, their risk.

    ``positives`` and ``rate`` are of the scored rows. ``best_detector`` is the one with the largest AUC here, and
    ``combined_less_best`` the AUC of the combined risk less its own, with a 95 % interval; nobody knows beforehand
    which detector that is.
    """

    rows: int
    scored: int
    positives: int
    rate: float | None
    models: dict[str, Ranking]
    best_detector: str | None
    combined_less_best: tuple[float, float, float] | None
    notes: list[str]
    features: list[Feature] = []


def assess_fraud(
    numbers: Floats,
    levels: Ints,
    labels: Bools,
    seed: int = 0,
    progress: Callable[[int], None] = lambda _: None,
) -> FraudAssessment:
    """Score every row from the rows before it, by every detector; ``labels`` (n) only judge.

    ``numbers`` (n × F, NaN where missing), ``levels`` (n × C, codes from 0); rows are in the order of time.
    """
    found = score_progressively(numbers, levels, seed, progress)
    judged = labels[found.first :]
    models = {name: ranking(judged, scores) for name, scores in found.scores.items()}
    areas = {name: model.auc for name, model in models.items() if model.auc is not None}
    best = max(areas, key=lambda name: areas[name]) if areas else None
    return FraudAssessment(
        rows=len(labels),
        scored=len(judged),
        positives=int(judged.sum()),
        rate=float(judged.mean()) if len(judged) else None,
        models={COMBINED: ranking(judged, found.risk), **models},
        best_detector=best,
        combined_less_best=difference(judged, found.risk, found.scores[best]) if best else None,
        notes=_notes(judged, models),
    )


def _notes(labels: Bools, models: dict[str, Ranking]) -> list[str]:
    positives, others = int(labels.sum()), int((~labels).sum())
    if not len(labels):
        return ["too few rows: eight are needed to learn from, and nothing is left to score"]
    if not positives or not others:
        return [f"all scored rows are {'positive' if positives else 'not positive'}: nothing can be judged"]
    notes = []
    if positives < FEW_POSITIVES:
        notes.append(f"only {positives} positive rows are scored: read the intervals, not the figures")
    if positives > others:
        notes.append("most rows are positive: detectors look for what is rare; is --positive the right value?")
    under = [name for name, model in models.items() if model.auc_interval and model.auc_interval[1] < CHANCE]
    if under:
        names = ", ".join(name.replace("_", " ") for name in under)
        notes.append(f"surely under 0.5 for {names}: there the positive rows look commoner than the others")
    return notes
