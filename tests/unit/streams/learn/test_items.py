"""The fold that learns what to recommend: what it publishes, and what it leaves out."""

from collections import Counter

from msgspec.structs import replace

from schemas.codec import decode_msgpack, decode_record, encode_msgpack
from schemas.items import ItemsChosen
from schemas.models import ModelSnapshot
from schemas.origins import Origin
from schemas.records import ModelActivated
from schemas.topics import CONTROL, DEAD_LETTERS, ITEM_CHOICES, MODELS
from streams.folding import LogRecord, Output
from streams.learn import ItemLearning, LearnSettings
from streams.models.snapshots import verify
from streams.models.store import ModelStore
from streams.recommend.serving.compiled import ServedItems
from streams.recommend.serving.context import Context
from tests.making.checkpoints import checkpoint
from tests.making.choices import choices, chosen, learned, log_of, snapshot

SEEN = choices(7, 60)
OFTEN = LearnSettings(choices_every=20)


def folded(log: list[LogRecord], settings: LearnSettings = OFTEN) -> tuple[ItemLearning, list[Output]]:
    """The fold of a log in one piece."""
    fold, outputs = ItemLearning(settings), list[Output]()
    fold.fold(log, outputs)
    return fold, outputs


def test_versions_come_after_so_many_choices_and_are_activated() -> None:
    """Snapshot first, then its activation, both caused by the choice that made it due; a store takes it up."""
    _, outputs = folded(log_of(SEEN))
    assert [output.topic for output in outputs] == [MODELS, CONTROL] * 3
    last, told = decode_msgpack(outputs[4].value, ModelSnapshot), decode_record(outputs[5].value)
    verify(last)
    assert (last.key, last.trained_until) == ("recommender@3", SEEN[-1].at)
    assert (told.origin, told.body) == (Origin(ITEM_CHOICES, 0, 59), ModelActivated("recommender", 3, last.sha256))
    store = ModelStore()
    store.add(last)
    assert isinstance(store.get("recommender", 3, last.sha256), ServedItems)
    assert last.arrays == snapshot(learned(SEEN)).arrays


def test_versions_wait_for_the_pause() -> None:
    """However many choices come in between."""
    _, outputs = folded(log_of(SEEN), LearnSettings(choices_every=5, pause=30 * 60_000))
    ends = [decode_msgpack(o.value, ModelSnapshot).trained_until for o in outputs if o.topic == MODELS]
    assert len(ends) == 2
    assert ends[1] - ends[0] >= 30 * 60_000


def test_repeats_are_dropped_by_origin() -> None:
    """What ``decide`` sends again after a crash was learned already."""
    twice = [record for record in log_of(SEEN) for _ in range(2)]
    again = [LogRecord(n, record.timestamp, record.key, record.value) for n, record in enumerate(twice)]
    fold, _ = folded(again, LearnSettings(choices_every=10**9))
    assert snapshot(fold.choices).arrays == snapshot(learned(SEEN)).arrays
    assert fold.counters() == {f"duplicates_total|{ITEM_CHOICES}": 60, "records_total|learn|items_chosen": 60}


def test_what_cannot_be_learned_is_counted_and_left_out() -> None:
    """Foreign bytes are dead-lettered; shares that are no numbers teach nothing."""
    odd = replace(SEEN[0], interests=((1, float("nan")),))
    log = [LogRecord(0, 0, None, b"\xc1"), LogRecord(1, 0, None, encode_msgpack(odd))]
    fold, outputs = folded(log)
    assert [output.topic for output in outputs] == [DEAD_LETTERS]
    assert Counter(fold.counters()) == Counter(
        {f"dead_letters_total|{ITEM_CHOICES}|poison": 1, "records_total|learn|items_chosen_unfit": 1}
    )
    assert len(fold.choices.liked.items) == 0


def test_a_checkpoint_that_fails_loses_nothing() -> None:
    """What it would have held is in the next one, with what came since."""
    straight, entries = folded(log_of(SEEN))[0], dict[bytes, bytes]()
    fold = ItemLearning(OFTEN)
    log = log_of(SEEN)
    fold.fold(log[:25], [])
    checkpoint(fold, entries)
    fold.fold(log[25:40], [])
    fold.cut()
    fold.encode_frozen(3)
    fold.thaw()
    fold.fold(log[40:], [])
    expected = dict[bytes, bytes]()
    assert (checkpoint(fold, entries), entries) == (checkpoint(straight, expected), expected)


def test_one_customer_counts_once_per_item() -> None:
    """Marked, put into the cart and bought by one is as much as marked by one; bought together counts all the same."""
    once = [chosen(1, "favourite", [3, 5], at=0)]
    often: list[ItemsChosen] = [
        *once,
        *[replace(chosen(1, "add_to_cart", [3, 5], at=n), chosen=once[0].chosen) for n in range(1, 9)],
    ]
    assert snapshot(learned(often)).arrays == snapshot(learned(once)).arrays
    others = [chosen(1, "add_to_cart", [3, 5], at=n) for n in range(9)]
    assert learned(others).parts(Context(), [0]).shape == (3, 1)
    assert learned(others).state.total > 2 * learned(often).state.total


def test_weights_learn_from_what_was_not_before_the_eyes() -> None:
    """Views of an item say that its category is liked: a choice of it does not prove how much that tells of others."""
    past = choices(8, 60)
    looked_at, fresh = chosen(1, "add_to_cart", [3, 1], at=60), chosen(1, "add_to_cart", [3, 5], at=60)
    before = learned(past).state
    assert learned([*past, looked_at]).state.weights == before.weights
    assert learned([*past, fresh]).state.weights != before.weights


def test_years_of_silence_do_not_change_what_is_known() -> None:
    """Seen from a new landmark all shares are the same; an item chosen then weighs more than all of before."""
    known = learned(SEEN)
    before = snapshot(known).arrays
    late = chosen(1, "favourite", at=60 * 24 * 365 * 3)
    known._growth(late.at)
    assert snapshot(known).arrays.keys() == before.keys()
    assert known.state.landmark == late.at
    known.learn(late)
    newest = max(known.liked.items.entries(), key=lambda entry: known.liked.popularity(entry[1]))
    assert newest[1].text == late.chosen[0].item
    assert known.liked.popularity(newest[1]) > 0.99
