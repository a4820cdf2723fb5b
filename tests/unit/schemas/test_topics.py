import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import topics
from schemas.dead_letters import REASONS
from schemas.origins import Origin
from schemas.topics import DAY, EVENT_SOURCES, FOREVER, INTAKE_SOURCES, TOPICS, Topic, checkpoints_of

names = st.text("abcdefghijklmnopqrstuvwxyz-/", min_size=1, max_size=12)


def test_every_name_of_the_module_is_a_topic_and_no_other() -> None:
    """Constants and table agree, and no name is given twice."""
    constants = {value for name, value in vars(topics).items() if name.isupper() and isinstance(value, str)}
    assert constants == set(TOPICS)
    assert all(name == topic.name for name, topic in TOPICS.items())


@pytest.mark.parametrize("topic", TOPICS.values(), ids=lambda t: t.name)
def test_a_topic_is_sane(topic: Topic) -> None:
    """Kafka takes the name; what is kept for ever is compacted or written rarely; a meaning is given."""
    assert re.fullmatch(r"[a-z][a-z-]{2,40}", topic.name)
    assert topic.meaning
    assert topic.retention == FOREVER or topic.retention >= DAY
    assert topic.cleanup == "delete" or topic.retention == FOREVER
    assert topic.partitions == "log" or topic.partitions >= 1


def test_the_public_ones_are_json_and_carry_the_writers_time() -> None:
    """Other teams see JSON; the broker's clock stamps only the logs that folds take their time from."""
    assert {t.name for t in TOPICS.values() if t.timestamps == "LogAppendTime"} == {"user-log", "control", "redrives"}
    assert all(t.public for t in TOPICS.values() if t.public_input)
    assert not any(TOPICS[name].public for name in ("user-log", "control", "checkpoints", "models", "redrives"))


def test_what_lies_beside_the_log_has_its_partitions() -> None:
    """Outputs of log partition p go to partition p of their topic, so the counts are the same."""
    assert {t.name for t in TOPICS.values() if t.partitions == "log"} == {
        "user-log",
        "promotion-triggers",
        "decisions",
        "fraud-alerts",
        "checkpoints",
    }


def test_what_learn_and_coordinate_fold_is_in_one_order() -> None:
    """Single-partition topics: in order means something."""
    assert {
        TOPICS[n].partitions
        for n in (
            "closed-decisions",
            "fraud-samples",
            "entity-sightings",
            "item-choices",
            "hourly-counts",
            "control",
            "models",
            "redrives",
        )
    } == {1}


def test_retention_keeps_the_contracts_promises() -> None:
    """The log 14 days, decisions 30, dead letters 14; triggers outlive the longest expiry by the repeat horizon."""
    kept = {t.name: t.retention // DAY for t in TOPICS.values() if t.cleanup == "delete" and t.retention > 0}
    assert (kept["user-log"], kept["decisions"], kept["dead-letters"]) == (14, 30, 14)
    assert kept["promotion-triggers"] >= 7


def test_what_was_redriven_is_remembered_for_longer_than_letters_are_kept() -> None:
    """Kafka may keep a letter for its retention and a segment's seven days: by then its redrive must still stand."""
    assert TOPICS["redrives"].retention > TOPICS["dead-letters"].retention + 7 * DAY


def test_intake_reads_what_others_publish() -> None:
    """Every public input has a reader, as have control, redrives and handovers; event sources are among them."""
    assert {t.name for t in TOPICS.values() if t.public_input} | {"control", "redrives", "handovers"} == set(
        INTAKE_SOURCES
    )
    assert set(EVENT_SOURCES) < set(INTAKE_SOURCES)


def test_dead_letter_reasons_are_names_with_a_sentence() -> None:
    """Reasons are label values of a metric, so they are short and fixed."""
    assert all(re.fullmatch(r"[a-z_]{4,24}", name) and sentence for name, sentence in REASONS.items())


@given(names, st.integers(0, 999), st.integers(0, 2**53), st.integers(0, 99))
def test_an_origins_text_leads_back_to_it(source: str, partition: int, offset: int, n: int) -> None:
    """The readable form loses nothing, whatever slashes a writer's name contains."""
    origin = Origin(source, partition, offset, n)
    found, *numbers = origin.text.rsplit("/", 3)
    assert Origin(found, *map(int, numbers)) == origin


def test_no_two_folds_keep_their_checkpoints_in_one_partition() -> None:
    """Who reads its checkpoints back would wait for what a killed process of another role has left open."""
    folds = [("decide", "user-log", p) for p in range(8)]
    folds += [("learn", "closed-decisions", 0), ("learn", "fraud-samples", 0), ("coordinate", "closed-decisions", 0)]
    folds += [("coordinate", "entity-sightings", 0), ("learn", "item-choices", 0), ("learn", "hourly-counts", 0)]
    places = [checkpoints_of(*fold) for fold in folds]
    assert len(set(places)) == len(folds)
    counts = {topic: TOPICS[topic].partitions for topic, _ in places}
    assert all(partition < (8 if counts[topic] == "log" else int(counts[topic])) for topic, partition in places)
