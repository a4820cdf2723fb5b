"""The laws of the decide fold."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from schemas.campaigns import Condition, When
from schemas.closed_decisions import ClosedDecision
from schemas.codec import decode_json, decode_msgpack, encode_msgpack
from schemas.decisions import Decision
from schemas.origins import Origin
from schemas.records import EventTaken, LogOpened, Record, WatermarkReached
from schemas.topics import CLOSED_DECISIONS, DEAD_LETTERS, DECISIONS, EVENT_SOURCES, TRIGGERS
from schemas.triggers import Trigger
from streams.fold import DecideFold
from streams.folding import Fold, LogRecord, Output, Refusal
from streams.models.store import ModelStore
from tests.making.checkpoints import checkpoint
from tests.making.logs import BROWSE, CART, MINUTE, SETTINGS, START, LogMaker, activation, make_log, opening

SEEDS = st.integers(0, 10_000)
CUTS = st.lists(st.integers(0, 200), max_size=6)


def entries(fold: DecideFold) -> dict[str, bytes]:
    """Every user's bytes."""
    return {token: encode_msgpack(user) for token, user in fold.users}


def test_the_fold_keeps_the_port() -> None:
    """The runtime drives it through ``streams.folding.Fold``."""
    fold: Fold = DecideFold(0, SETTINGS, ModelStore())
    assert fold.applied == -1


@settings(max_examples=25, deadline=None)
@given(SEEDS, CUTS)
def test_splitting_a_log_anywhere_changes_nothing(seed: int, cuts: list[int]) -> None:
    """Any pieces give the outputs and the state of the log folded record by record."""
    made = make_log(seed, 200)
    fold, outputs = DecideFold(0, SETTINGS, ModelStore()), list[Output]()
    edges = sorted({0, len(made.records), *(min(cut, len(made.records)) for cut in cuts)})
    for low, high in pairwise(edges):
        fold.fold(made.records[low:high], outputs)
    assert outputs == made.outputs
    assert fold.cut() == made.fold.cut()
    assert entries(fold) == entries(made.fold)


@settings(max_examples=25, deadline=None)
@given(SEEDS, CUTS)
def test_a_restart_from_a_checkpoint_changes_nothing(seed: int, cuts: list[int]) -> None:
    """Checkpoint, restore and refold at any places give the same outputs and the same state."""
    made = make_log(seed, 200)
    fold, outputs, stored = DecideFold(0, SETTINGS, ModelStore()), list[Output](), dict[bytes, bytes]()
    edges = sorted({0, len(made.records), *(min(cut, len(made.records)) for cut in cuts)})
    for low, high in pairwise(edges):
        fold.fold(made.records[low:high], outputs)
        head = checkpoint(fold, stored)
        fold = DecideFold(0, SETTINGS, ModelStore())
        fold.restore(head, stored.items())
    assert outputs == made.outputs
    assert fold.cut() == made.fold.cut()
    assert entries(fold) == entries(made.fold)


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_a_replay_gives_the_same_bytes(seed: int) -> None:
    """The same log, the same outputs."""
    assert make_log(seed, 150).outputs == make_log(seed, 150).outputs


@settings(max_examples=15, deadline=None)
@given(SEEDS, st.integers(0, 150))
def test_refolding_records_already_applied_does_nothing(seed: int, back: int) -> None:
    """Records at or under ``applied`` are skipped."""
    made = make_log(seed, 150)
    outputs: list[Output] = []
    made.fold.fold(made.records[-back:], outputs)
    assert outputs == []


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_every_decision_is_well_formed(seed: int) -> None:
    """Ids are unique and lead back to the record; propensities sum to 1; results, gates and triggers agree."""
    made = make_log(seed, 300)
    decisions = [decode_json(o.value, Decision) for o in made.outputs if o.topic == DECISIONS]
    triggers = [decode_json(o.value, Trigger) for o in made.outputs if o.topic == TRIGGERS]
    assert len({d.decision_id for d in decisions}) == len(decisions)
    for d in decisions:
        assert d.decision_id == f"e1-0-{d.origin.offset}-{d.origin.n}"
        assert (d.result == "refused") == (not d.gates[-1].passed)
        assert d.result == "refused" or abs(sum(c.propensity for c in d.candidates) - 1) < 1e-12
        assert (d.arm == "treatment") or d.result != "sent"
    sent = {d.decision_id for d in decisions if d.result == "sent"}
    assert {t.trigger_id for t in triggers if t.kind == "send"} == sent
    assert sum(t.kind == "send" for t in triggers) == len(sent)


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_closed_decisions_follow_open_ones(seed: int) -> None:
    """A closing has its decision, not before the window's end, and never twice."""
    made = make_log(seed, 400)
    opened = {d.decision_id: d for o in made.outputs if o.topic == DECISIONS for d in [decode_json(o.value, Decision)]}
    closed = [decode_msgpack(o.value, ClosedDecision) for o in made.outputs if o.topic == CLOSED_DECISIONS]
    assert len({c.decision_id for c in closed}) == len(closed)
    for c in closed:
        assert c.closed_at >= opened[c.decision_id].decided_at + 120 * MINUTE
        assert c.ghost == (opened[c.decision_id].arm == "holdout")
        assert c.propensities[c.action] == opened[c.decision_id].propensity


def test_the_made_logs_reach_every_result() -> None:
    """The laws above are about something: over a few seeds every result, a revocation and a closing occur."""
    results, kinds = Counter[str](), Counter[str]()
    for seed in range(8):
        for output in make_log(seed, 600).outputs:
            kinds[output.topic] += 1
            if output.topic == DECISIONS:
                results[decode_json(output.value, Decision).result] += 1
            elif output.topic == TRIGGERS:
                kinds[decode_json(output.value, Trigger).kind] += 1
    assert all(results[name] for name in ("sent", "ghost", "none", "refused")), results
    assert all(kinds[name] for name in (CLOSED_DECISIONS, "send", "revoke")), kinds


def test_a_poison_record_is_buried_and_the_fold_goes_on() -> None:
    """Bytes that are no record, and a record that cannot be applied, end in dead letters with their position."""
    made = make_log(1, 20)
    offset = len(made.records)
    outputs: list[Output] = []
    made.fold.fold([LogRecord(offset, START, b"", b"\xc1garbage")], outputs)
    assert [o.topic for o in outputs] == [DEAD_LETTERS]
    assert made.fold.applied == offset
    assert made.fold.state.poisoned == [offset]


def test_too_many_poison_records_stop_the_partition() -> None:
    """A flood of them is refused with a remedy."""
    made = make_log(1, 20)
    offset = len(made.records)
    bad = [LogRecord(offset + k, START, b"", b"\xc1") for k in range(200)]
    outputs: list[Output] = []
    with pytest.raises(Refusal, match="100 of the last"):
        made.fold.fold(bad, outputs)
    assert len(outputs) == 99
    assert made.fold.applied == offset + 98


def test_a_log_that_was_not_opened_is_refused() -> None:
    """The first record fixes the epoch; nothing is guessed."""
    made = LogMaker(1)
    with pytest.raises(Refusal, match="topics create"):
        made.add(activation())


def test_an_idle_user_leaves_by_a_timer() -> None:
    """Half a year after the last event the profile is gone."""
    made = LogMaker(3)
    made.add(opening())
    made.step()
    view = EventTaken("e", "view", START, "", "i", "c", 1, -1, "CNY", "", "", "", (), -1, "", "app", stable=True)
    made.add(Record(Origin("clicks", 0, 900), START, "u-idle", view))
    assert made.fold.users.get("u-idle") is not None
    later = START + SETTINGS.idle_after + 60 * MINUTE
    made.add(Record(Origin("clicks", 0, 901), later, "u-other", view))
    assert made.fold.users.get("u-idle") is None


def test_only_a_log_by_arrival_asks_for_ticks() -> None:
    """On a source clock the present means nothing: a tick of today would age a history by years."""
    view = EventTaken("e", "view", START, "", "i", "c", 1, -1, "CNY", "", "", "", (), -1, "", "app", stable=True)
    due = {}
    for clock in ("arrival", "source"):
        made = LogMaker(3)
        made.add(opening(clock=clock))
        made.add(Record(Origin("clicks", 0, 900), START, "u1", view))
        due[clock] = made.fold.due()
    assert due == {"arrival": START + SETTINGS.idle_after, "source": None}


def test_one_wrong_clock_of_a_writer_neither_frees_timers_nor_stops_them() -> None:
    """A watermark says nothing of a time that has not come, and hides none that comes after it."""
    fold, offset = DecideFold(0, SETTINGS, ModelStore()), 0

    def tell(at: int, reached: int) -> int:
        nonlocal offset
        for source in EVENT_SOURCES:
            offset += 1
            record = Record(
                Origin(f"watermark/{source}", 0, reached), reached, "", WatermarkReached(source, {0: reached}, 1)
            )
            fold.fold([LogRecord(offset, at, b"", encode_msgpack(record))], [])
        return fold.state.read_until() - START

    fold.fold([LogRecord(0, START, b"", encode_msgpack(opening(clock="arrival")))], [])
    assert tell(START + 1000, START + 1000) == 1000
    assert tell(START + 2000, START + 480 * MINUTE) == 2000
    assert tell(START + 3000, START + 3000) == 3000


def test_campaigns_of_a_newer_program_stop_the_partition_before_anything_changes() -> None:
    """Every event that they ask about would be dead-lettered, and its profile half-changed."""
    fold, outputs = DecideFold(0, SETTINGS, ModelStore()), list[Output]()
    when = When(event="view", where=Condition(feature="from.the.future", op=">=", value=1.0))
    newer = structs.replace(BROWSE, when=when)
    log = [opening(), activation(CART), activation(CART, newer)]
    with pytest.raises(Refusal, match=r"browse-interest@1 asks for 'from.the.future'.*newer one"):
        fold.fold([LogRecord(n, START, b"", encode_msgpack(record)) for n, record in enumerate(log)], outputs)
    assert (fold.applied, fold.state.campaigns, outputs) == (1, (CART,), [])


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_a_second_opening_changes_nothing(seed: int) -> None:
    """What the first record fixed stays fixed: epoch, clock, size; no user, no output."""
    made = make_log(seed, 100)
    state, users, outputs = made.fold.state, entries(made.fold), len(made.outputs)
    fixed = (state.epoch, state.clock, state.partitions, state.now)
    made.add(Record(Origin("operator", 0, 10**15), state.now, "", LogOpened("e9", "arrival", 64, "x")))
    assert (state.epoch, state.clock, state.partitions, state.now) == fixed
    assert entries(made.fold) == users
    assert len(made.outputs) == outputs
