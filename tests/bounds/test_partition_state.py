"""What a partition knows besides its users: bounded by the shop's shape, not by how long it has been running."""

import pytest

from schemas.codec import encode_msgpack
from schemas.origins import Origin
from schemas.records import ItemTold, ModelActivated, Record
from streams.catalogue.item import change_of
from streams.catalogue.items import MAX_CHANGED, Items
from streams.folding import LogRecord, ModelMissing, Refusal
from streams.profiles.erasures import MOST_ERASED, Erased, covers, note
from streams.profiles.user import mark
from streams.state import MAX_COUNTERS, OTHERS, PartitionState
from tests.making.logs import START
from tests.making.models import snapshot
from tests.making.stories import Story

SOURCES, PARTITIONS = ("browses", "clicks", "purchases", "trigger-outcomes", "privacy-requests", "catalogue"), 64


def test_origins_are_one_position_per_source_partition() -> None:
    """However many records come: 64 partitions of six topics are under 10 KB."""
    state = PartitionState()
    for offset in range(30):
        for source in SOURCES:
            for partition in range(PARTITIONS):
                assert state.is_new(Origin(source, partition, 10**12 + offset, 3))
    assert sum(map(len, state.origins.values())) == len(SOURCES) * PARTITIONS
    assert len(encode_msgpack(state.origins)) < 10_240


def test_watermarks_are_one_time_per_source_partition() -> None:
    """However often they are told."""
    state = PartitionState(now=10**13)
    for moment in range(1000):
        state.raise_watermark("clicks", dict.fromkeys(range(PARTITIONS), 10**12 + moment), PARTITIONS)
    assert len(encode_msgpack(state.watermarks)) < 1024


def test_counters_do_not_grow_with_campaigns_that_were() -> None:
    """Names come and go for years: what there is no room for counts under one name, and nothing is lost."""
    state = PartitionState()
    for campaign in range(3 * MAX_COUNTERS):
        state.count(f"decisions_total|campaign-{campaign}|live|sent")
        state.count(f"gate_rejections_total|campaign-{campaign}|consent", 2)
    assert len(state.counters) <= MAX_COUNTERS + 2
    assert state.counters[f"decisions_total|{OTHERS}|live|sent"] > MAX_COUNTERS
    assert sum(state.counters.values()) == 9 * MAX_COUNTERS
    state.count("decisions_total|campaign-1|live|sent")
    assert state.counters["decisions_total|campaign-1|live|sent"] == 2


def test_counters_of_kinds_without_labels_have_their_place() -> None:
    """A counter whose name has no label to give up stays what it is."""
    state = PartitionState(counters={f"n{number}": 1 for number in range(MAX_COUNTERS)})
    state.count("new")
    assert state.counters["new"] == 1


def test_what_was_told_of_items_is_under_256_kb() -> None:
    """However many items move between two snapshots, and however much is told of each."""
    state = PartitionState()
    items = Items(state.items)
    for number in range(3 * MAX_CHANGED):
        told = ItemTold(f"i{number}", 10**13 + number, True, "c" * 256, "b" * 256, 10**12, 10**12, 10**9)
        items.tell(mark(told.item), change_of(told))
    assert len(state.items) == MAX_CHANGED
    assert len(encode_msgpack(state.items)) < 262_144


def test_poison_stops_a_partition_instead_of_filling_it() -> None:
    """The last hundred offsets are remembered; a hundred of the last ten thousand are too many."""
    told = Story()
    poison = [LogRecord(offset, told.at, b"", b"\xc1") for offset in range(2, 103)]
    with pytest.raises(Refusal, match="cannot be folded"):
        told.fold.fold(poison, told.outputs)
    assert len(told.fold.state.poisoned) == 100


def test_rare_poison_is_forgotten() -> None:
    """One in a thousand, for ever: the window moves on."""
    told = Story()
    for _ in range(300):
        told._offset += 1000
        told.fold.fold((LogRecord(told._offset, told.at, b"", b"\xc1"),), told.outputs)
    assert len(told.fold.state.poisoned) == 100


def test_a_repeat_of_an_activation_asks_for_no_retired_model() -> None:
    """``control`` is kept for ever and may be read again from its beginning: versions that have gone are not missed."""
    told = Story()
    activated = [
        Record(Origin("closed-decisions", 0, offset), told.at, "", ModelActivated("purchase", version, model.sha256))
        for offset, version in ((5, 1), (6, 2))
        for model in (snapshot(version),)
    ]
    for version, record in enumerate(activated, 1):
        told.fold._models.add(snapshot(version))
        told._add(record)
    told.fold._models._added.clear()
    told.fold._models._asked.clear()
    for record in activated:
        told._add(record)
    assert told.fold.state.counters["duplicates_total|closed-decisions"] == 2
    with pytest.raises(ModelMissing):
        told._add(Record(Origin("closed-decisions", 0, 7), told.at, "", ModelActivated("purchase", 3, "")))


def test_erasures_are_remembered_in_few_bytes() -> None:
    """The newest, whoever asks how often; the customer asked last is the last to be forgotten."""
    erased: Erased = {}
    for number in range(3 * MOST_ERASED):
        note(erased, f"u{number}", START + number)
        note(erased, "often", START + number)
    assert len(erased) == MOST_ERASED
    assert len(encode_msgpack(erased)) < 20 * MOST_ERASED
    assert covers(erased, "often", START)
    assert not covers(erased, "u1", START)
