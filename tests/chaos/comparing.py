"""What a scenario left on Kafka, compared with an offline fold of the log that was actually written."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

from agents.settings import Settings
from schemas.codec import decode_msgpack, decode_record
from schemas.records import Ticked
from schemas.topics import (
    CLOSED_DECISIONS,
    DEAD_LETTERS,
    DECISIONS,
    ENTITY_SIGHTINGS,
    FRAUD_ALERTS,
    FRAUD_SAMPLES,
    HOURLY_COUNTS,
    ITEM_CHOICES,
    TOPICS,
    TRIGGERS,
)
from streams.folding import LogRecord
from streams.profiles.user import User
from tests.chaos.sequences import Compared, compare_entries, compare_kept, compare_sequences, joined
from tests.making.topics import Offline, Stored, Written, fold_offline, log_of, stored, users_of, written

PUBLIC = {TRIGGERS: "triggers_total", DECISIONS: "decisions_total", FRAUD_ALERTS: "fraud_alerts_total"}
"""Topics that are partitioned like the log, and the counter of what is written there."""
INTERNAL = (CLOSED_DECISIONS, FRAUD_SAMPLES, ENTITY_SIGHTINGS, ITEM_CHOICES, HOURLY_COUNTS, DEAD_LETTERS)
READERS = 4


def compare_decide(settings: Settings) -> Compared:
    """State, outputs and counters of every partition of the log."""
    with ThreadPoolExecutor(READERS) as threads:
        kept = list(threads.map(lambda number: stored(settings, number), range(settings.partitions)))
    missing = [f"user-log/{number} has no checkpoint" for number, found in enumerate(kept) if found is None]
    offline: list[Offline] = []
    found = Compared(missing)
    for number, state in enumerate(kept):
        offline.append(fold_offline(settings, number, -1 if state is None else state.applied))
        if state is not None:
            found = joined(found, _partition(settings, number, state, offline[-1]))
    return joined(found, *(_internal(settings, topic, offline) for topic in INTERNAL))


def compare_partition(settings: Settings, number: int, state: Stored) -> Compared:
    """State, public outputs and counters of one partition whose checkpoint is ``state``."""
    return _partition(settings, number, state, fold_offline(settings, number, state.applied))


def _partition(settings: Settings, number: int, state: Stored, offline: Offline) -> Compared:
    place, log = f"user-log/{number}", log_of(settings, number)
    problems = [*compare_lag(place, log, state.applied), *compare_entries(place, state.users, users_of(offline.fold))]
    if state.head != offline.fold.cut():
        problems.append(f"{place}: the head of the checkpoint is not that of an offline fold")
    outputs = {topic: written(settings, topic, number) for topic in PUBLIC}
    lines = [compare_sequences(f"{t}/{number}", found, offline.outputs.get(t, [])) for t, found in outputs.items()]
    folded = [record for record in log if record.offset <= state.applied]
    wrote = {topic: len(messages) for topic, messages in offline.outputs.items()}
    problems += compare_counters(place, offline.fold.counters(), state.users.values(), folded, wrote)
    return joined(Compared(problems), *lines)


def compare_lag(place: str, log: Iterable[LogRecord], applied: int) -> list[str]:
    """Everything is in the checkpoint, but for ticks that decide itself wrote on its way out."""
    behind = [record for record in log if record.offset > applied]
    late = [record.offset for record in behind if not isinstance(decode_record(record.value).body, Ticked)]
    return [f"{place}: {len(late)} records from offset {late[0]} on are not in the checkpoint"] if late else []


def compare_counters(
    place: str, counters: Mapping[str, int], users: Iterable[bytes], log: list[LogRecord], wrote: Mapping[str, int]
) -> list[str]:
    """Counters against what they count: events of users, records of the log, outputs by topic."""
    known = [decode_msgpack(user, User) for user in users]
    pairs = {
        "events": (
            counters.get("records_total|decide|e", 0),
            sum(user.events for user in known) + counters.get("duplicates_total|event_id", 0),
        ),
        "records": (
            _sum(counters, "records_total")
            + _sum(counters, "dead_letters_total")
            + _sum(counters, "duplicates_total")
            - counters.get("duplicates_total|event_id", 0),
            len(log) - 1,
        ),
    } | {topic: (_sum(counters, name), wrote.get(topic, 0)) for topic, name in PUBLIC.items()}
    return [f"{place}: {what} counted {told}, there are {real}" for what, (told, real) in pairs.items() if told != real]


def _internal(settings: Settings, topic: str, offline: list[Offline]) -> Compared:
    """Outputs to topics with partitions of their own, by the partition of the log; sent again after every recovery."""
    count = TOPICS[topic].partitions
    assert isinstance(count, int)
    found = [m for number in range(count) for m in written(settings, topic, number) if _is_of_log(m)]
    return compare_kept(topic, found, [m for each in offline for m in each.outputs.get(topic, [])])._replace(repeats=0)


def _is_of_log(message: Written) -> bool:
    """Whether decide wrote it: intake's dead letters share the topic."""
    return dict(message[2])["ce_source"].startswith(b"/promostream/user-log")


def _sum(counters: Mapping[str, int], name: str) -> int:
    return sum(total for key, total in counters.items() if key.partition("|")[0] == name)
