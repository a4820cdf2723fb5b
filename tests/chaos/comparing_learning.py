"""What ``learn`` and ``coordinate`` left, compared with offline folds of their logs and with a count of our own."""

from collections import Counter
from collections.abc import Iterable

from agents import learn
from agents.settings import Settings
from schemas.closed_decisions import ClosedDecision
from schemas.codec import decode_json, decode_msgpack
from schemas.experiments import ArmCounts, ExperimentResult
from schemas.models import ModelSnapshot, version_of
from schemas.topics import (
    CLOSED_DECISIONS,
    CONTROL,
    ENTITY_SIGHTINGS,
    EXPERIMENT_RESULTS,
    FRAUD_SAMPLES,
    HOURLY_COUNTS,
    ITEM_CHOICES,
    MODELS,
)
from streams.coordinate import Coordination
from streams.folding import Fold, LogRecord, Output
from streams.fraud.rings.finding import RingFinding
from tests.chaos.sequences import Compared, compare_entries, compare_kept, joined
from tests.making.topics import Written, log_of, stored, written

PASSES = "passed the fraud gate"


def compare_learn(settings: Settings) -> Compared:
    """All learning folds: their checkpoints, models and activations; versions count from 1, one body each."""
    made: list[Output] = []
    problems: list[str] = []
    for topic in (CLOSED_DECISIONS, FRAUD_SAMPLES, ITEM_CHOICES, HOURLY_COUNTS):
        fold = learn.fold_of(settings, topic, 0)
        problems += _compare_state(settings, "learn", topic, fold, made)
    models = [m for m in written(settings, MODELS, 0) if _by_fold(m)]
    control = [m for m in written(settings, CONTROL, 0) if _by_fold(m) and not _on_rings(m)]
    problems += compare_versions(models)
    parts = [compare_kept(of, found, _made(made, of)) for of, found in ((MODELS, models), (CONTROL, control))]
    return joined(Compared(problems), *parts)._replace(repeats=0)


def compare_versions(models: Iterable[Written]) -> list[str]:
    """Each version of a model has one body, and versions count from 1 without gaps."""
    bodies: dict[str, dict[int, set[bytes]]] = {}
    for key, value, _ in models:
        if version_of(key) is None:
            continue  # what learn notes there for itself
        snapshot = decode_msgpack(value, ModelSnapshot)
        bodies.setdefault(snapshot.name, {}).setdefault(snapshot.version, set()).add(value)
    problems = [f"{n}@{v} has two bodies" for n, versions in bodies.items() for v, b in versions.items() if len(b) > 1]
    gaps = [n for n, versions in bodies.items() if sorted(versions) != list(range(1, len(versions) + 1))]
    return problems + [f"versions of {name} are {sorted(bodies[name])}" for name in gaps]


def compare_coordinate(settings: Settings) -> Compared:
    """Both folds of coordination: their checkpoints, results and rings, and the counts against a recount."""
    made: list[Output] = []
    fold = Coordination()
    problems = _compare_state(settings, "coordinate", CLOSED_DECISIONS, fold, made)
    found = written(settings, EXPERIMENT_RESULTS, 0)
    problems += compare_counts(fold, log_of(settings, 0, CLOSED_DECISIONS))
    problems += compare_results([decode_json(value, ExperimentResult) for _, value, _ in found])
    results = compare_kept(EXPERIMENT_RESULTS, found, _made(made, EXPERIMENT_RESULTS))
    problems += _compare_state(settings, "coordinate", ENTITY_SIGHTINGS, RingFinding(), made)
    rings = [m for m in written(settings, CONTROL, 0) if _on_rings(m)]
    told = compare_kept(CONTROL, rings, _made(made, CONTROL))
    return joined(Compared(problems), results, told)._replace(repeats=0)


def compare_counts(fold: Coordination, log: Iterable[LogRecord]) -> list[str]:
    """Counts per campaign and arm, counted anew from the log by nobody's code but this."""
    counted: dict[str, Counter[str]] = {}
    seen: dict[int, tuple[int, int]] = {}
    for line in log:
        closed = decode_msgpack(line.value, ClosedDecision)
        place = closed.origin.offset, closed.origin.n
        if place > seen.get(closed.origin.partition, (-1, -1)):
            seen[closed.origin.partition] = place
            if not closed.shadow and not closed.programme:
                counted.setdefault(closed.campaign, Counter()).update(_worth(closed))
    told = {
        campaign: {**_told("holdout", tally.holdout), **_told("treatment", tally.treatment), PASSES: tally.gate.passes}
        for campaign, tally in fold.state.tallies.items()
    }
    return [
        f"coordinate counts {campaign} as {told.get(campaign)}, a recount says {dict(counted.get(campaign, {}))}"
        for campaign in sorted({*told, *counted})
        if Counter(told.get(campaign, {})) != counted.get(campaign, Counter())
    ]


def compare_results(results: list[ExperimentResult]) -> list[str]:
    """What is told of a campaign never shrinks, repeats after a recovery apart."""
    last: dict[str, ExperimentResult] = {}
    problems = []
    for result in sorted(results, key=lambda result: (result.origin.offset, result.origin.n)):
        before = last.get(result.campaign, result)
        if result.treatment.decisions < before.treatment.decisions or result.at < before.at:
            problems.append(f"the result of {result.campaign} at {result.origin.text} is older than the one before")
        last[result.campaign] = result
    return problems


def _compare_state(settings: Settings, role: str, topic: str, fold: Fold, outputs: list[Output]) -> list[str]:
    """Fold the log offline and compare with the role's checkpoint."""
    place = f"{role} of {topic}"
    log, kept = log_of(settings, 0, topic), stored(settings, 0, role, topic)
    fold.fold(log, outputs)
    if not log:
        return []
    if kept is None:
        return [f"{place}: there is no checkpoint"]
    head = fold.cut()
    entries = {key.decode(errors="replace"): value for key, value in _entries(fold) if value is not None}
    problems = compare_entries(place, kept.users, entries)
    if kept.applied != log[-1].offset:
        problems.append(f"{place}: folded up to {kept.applied}, the log ends at {log[-1].offset}")
    return problems + ([] if kept.head == head else [f"{place}: the head of the checkpoint differs"])


def _entries(fold: Fold) -> Iterable[tuple[bytes, bytes | None]]:
    while some := fold.encode_frozen(100):
        yield from some


def _made(outputs: list[Output], topic: str) -> list[Written]:
    return [(key, value, headers) for of, key, value, headers in outputs if of == topic]


def _by_fold(message: Written) -> bool:
    return any(name == "origin" for name, _ in message[2])


def _on_rings(message: Written) -> bool:
    return message[0] == b"ring"


def _worth(closed: ClosedDecision) -> dict[str, int]:
    if closed.pass_probability:  # let through by chance in spite of a risk: it counts in no arm
        return {PASSES: int(not closed.ghost)}
    arm = "holdout" if closed.ghost else "treatment"
    first = int(closed.first)
    return {
        f"{arm} users": first,
        f"{arm} decisions": 1,
        f"{arm} sent": int(not closed.ghost and closed.sent[closed.action]),
        f"{arm} clicked": int(closed.clicked),
        f"{arm} purchased": first * int(closed.purchased),
        f"{arm} revenue": first * closed.revenue,
        f"{arm} margin": first * closed.margin,
    }


def _told(arm: str, counts: ArmCounts) -> dict[str, int]:
    return {f"{arm} {name}": getattr(counts, name) for name in ArmCounts.__struct_fields__}
