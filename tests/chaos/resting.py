"""The end of a scenario: everything published is taken, everything in the log is folded, everybody leaves in peace."""

from functools import partial

from schemas.topics import (
    CLOSED_DECISIONS,
    ENTITY_SIGHTINGS,
    FRAUD_SAMPLES,
    HOURLY_COUNTS,
    ITEM_CHOICES,
    USER_LOG,
)
from tests.chaos.scenario import Broken
from tests.chaos.stage import Stage
from tests.chaos.standing import Standing
from tests.making.topics import all_taken, ends

LOGS = {
    "decide": ((USER_LOG, 0),),
    "learn": ((CLOSED_DECISIONS, 1), (FRAUD_SAMPLES, 1), (ITEM_CHOICES, 1), (HOURLY_COUNTS, 1)),
    "coordinate": ((CLOSED_DECISIONS, 1), (ENTITY_SIGHTINGS, 1)),
}


def bring_to_rest(stage: Stage) -> None:
    """Stop the load, then role by role wait until it is through and end it by SIGTERM.

    Raises:
        Broken: a worker did not leave with exit code 0.

    """
    if stage.load is not None:
        stage.load.stop()
    for role in ("intake", "decide", "learn", "coordinate"):
        workers = [standing for standing in stage.standing if standing.role == role]
        if not workers:
            continue
        for standing in workers:
            standing.thaw()
        if not any(standing.wanted for standing in workers):
            workers[-1].back()
        stage.wait(partial(_through, stage, role), f"{role} is through")
        stage.wait(partial(_all_up, workers), f"every {role} that should run does")
        while staying := [standing for standing in workers if standing.wanted]:
            if role == "decide":  # one that is told to leave amid a rebalance has no right to a last checkpoint
                stage.wait(partial(_owned, stage, staying), "every partition of the log has an owner")
            _leave(role, staying[0].stop())


def _leave(role: str, code: int) -> None:
    if code:
        raise Broken(f"{role} left with exit code {code}")


def _all_up(workers: list[Standing]) -> bool:
    """Whether nobody is just starting: SIGTERM would not find a handler yet."""
    return all(standing.worker.ready() for standing in workers if standing.wanted)


def _owned(stage: Stage, workers: list[Standing]) -> bool:
    """Whether these decide for all partitions, each once."""
    owned = [label for standing in workers for label in standing.worker.series("lag_records")]
    return len(owned) == len(set(owned)) == stage.settings.partitions and _all_up(workers)


def _through(stage: Stage, role: str) -> bool:
    if role == "intake":
        return all_taken(stage.settings)
    length = sum(sum(ends(stage.settings, topic, count or stage.settings.partitions)) for topic, count in LOGS[role])
    opening = stage.settings.partitions if role == "decide" else 0
    return counted(stage, role) >= length - opening


def counted(stage: Stage, role: str) -> float:
    """How many records of its logs the live workers of a role have folded: applied, repeated or put aside."""
    workers = [standing.worker for standing in stage.standing if standing.role == role and standing.up]
    total = 0.0
    for worker in workers:
        total += worker.metric("records_total", f'role="{role}"') + worker.metric("dead_letters_total")
        repeated = worker.series("duplicates_total")
        total += sum(value for labels, value in repeated.items() if 'source="event_id"' not in labels)
    return total
