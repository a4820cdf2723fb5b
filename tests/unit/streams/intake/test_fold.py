import json
from collections import defaultdict
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.campaigns import ContactPolicy
from schemas.codec import decode_json, decode_record, encode_json, encode_msgpack
from schemas.dead_letters import DeadLetter
from schemas.events import Event
from schemas.origins import Origin
from schemas.outcomes import Outcome
from schemas.privacy import PrivacyRequest
from schemas.records import (
    CampaignsActivated,
    ConsentChanged,
    ErasureRequested,
    EventTaken,
    LogOpened,
    OutcomeTaken,
    Record,
    WatermarkReached,
)
from schemas.topics import (
    BROWSES,
    CLICKS,
    CONTROL,
    DEAD_LETTERS,
    EVENT_SOURCES,
    INTAKE_SOURCES,
    OUTCOMES,
    PRIVACY,
    USER_LOG,
)
from streams.intake.fold import IntakeFold, IntakeOutput, IntakeSettings, SourceRecord
from streams.intake.messages import Clock
from streams.intake.partitioner import partition_of
from streams.intake.tokens import Tokens

KEY = bytes(range(32))
TOKENS = Tokens(KEY)
NOW = 1_793_498_281_500
MINUTE = 60_000
ALL = {topic: {0, 1} for topic in (*EVENT_SOURCES, OUTCOMES, PRIVACY)} | {CONTROL: {0}}
TOTALS = dict.fromkeys(EVENT_SOURCES, 2)


def intake(clock: Clock = "arrival", partitions: int = 4) -> IntakeFold:
    """An intake for a log of so many partitions."""
    return IntakeFold(IntakeSettings(token_key=KEY, partitions=partitions, clock=clock, settle=200))


def view(user: str = "u-1", time: int = NOW, **more: Any) -> bytes:
    """A view's bytes."""
    return encode_json(Event(event_id=f"e-{user}-{time}", type="view", occurred_at=time, user_id=user, **more))


def message(value: bytes, offset: int = 0, timestamp: int = NOW) -> SourceRecord:
    """A message at an offset."""
    return SourceRecord(offset, timestamp, b"key", value, (("h", b"1"),))


def records(outputs: list[IntakeOutput]) -> list[Record]:
    """What is written to the log, watermarks aside."""
    found = [decode_record(output.value) for output in outputs if output.topic == USER_LOG]
    return [record for record in found if not isinstance(record.body, WatermarkReached)]


def marks(outputs: list[IntakeOutput]) -> list[Record]:
    """The watermarks written to the log's first partition."""
    found = [decode_record(output.value) for output in outputs if output.topic == USER_LOG and output.partition == 0]
    return [record for record in found if isinstance(record.body, WatermarkReached)]


def letters(outputs: list[IntakeOutput]) -> list[DeadLetter]:
    """The dead letters."""
    return [decode_json(output.value, DeadLetter) for output in outputs if output.topic == DEAD_LETTERS]


def test_an_event_becomes_a_record_of_its_user_s_partition() -> None:
    """Key and partition follow the token; the origin is topic, partition and offset; the user id is nowhere."""
    (output,) = intake().fold(CLICKS, 3, [message(view("u-secret", session_id="s"), 7)], NOW + 50)
    token = TOKENS.token("u-secret")
    assert (output.key, output.partition) == (token.encode(), partition_of(token, 4))
    record = decode_record(output.value)
    assert (record.origin, record.written_at, record.user) == (Origin(CLICKS, 3, 7, 0), NOW + 50, token)
    assert isinstance(record.body, EventTaken)
    assert b"u-secret" not in output.value.replace(b"e-u-secret", b"")


def test_a_source_log_is_written_in_event_time() -> None:
    """The clock of a history is the event's own."""
    (record,) = records(intake("source").fold(CLICKS, 0, [message(view(time=NOW - 5000))], NOW))
    assert record.written_at == NOW - 5000


def test_who_gave_a_referral_is_known_by_token() -> None:
    """The same one that the giver's own events have; an id that cannot be one is refused with its field."""
    found = intake().fold(CLICKS, 0, [message(view()), message(view("u-2", referred_by="u-1"), 1)], NOW)
    own, redeemed = records(found)
    assert isinstance(redeemed.body, EventTaken)
    assert redeemed.body.referrer == own.user
    (letter,) = letters(intake().fold(CLICKS, 0, [message(view(referred_by="u" * 257))], NOW))
    assert (letter.reason, letter.field) == ("impossible_value", "referred_by")


def test_an_anonymous_visitor_is_never_taken_for_a_customer() -> None:
    """The same text as user id and as anonymous id gives two tokens."""
    event = Event(event_id="e", type="view", occurred_at=NOW, anonymous_id="u-1")
    found = records(intake().fold(CLICKS, 0, [message(encode_json(event)), message(view("u-1"), 1)], NOW))
    assert found[0].user != found[1].user


def test_outcomes_must_carry_a_token_of_this_key() -> None:
    """Any other is dead-lettered: its records would reach nobody, or the wrong one."""
    good = Outcome(outcome_id="o", trigger_id="t", user=TOKENS.token("u"), status="clicked", occurred_at=NOW)
    bad = Outcome(outcome_id="o", trigger_id="t", user=Tokens(bytes(32)).token("u"), status="clicked", occurred_at=NOW)
    outputs = intake().fold(OUTCOMES, 0, [message(encode_json(good)), message(encode_json(bad), 1)], NOW)
    (record,) = records(outputs)
    assert record.user == good.user
    assert record.body == OutcomeTaken("o", "t", "clicked", NOW, "", retryable=False, cost=-1)
    assert [(letter.reason, letter.field) for letter in letters(outputs)] == [("unknown_token", "user")]


def test_privacy_requests_become_consent_and_erasure() -> None:
    """Under the user's token."""
    consent = PrivacyRequest(request_id="r", user_id="u", kind="consent", occurred_at=NOW, channels={"push": False})
    erasure = PrivacyRequest(request_id="q", user_id="u", kind="erasure", occurred_at=NOW)
    found = records(
        intake().fold(PRIVACY, 0, [message(encode_json(m), n) for n, m in enumerate((consent, erasure))], NOW)
    )
    assert [record.body for record in found] == [ConsentChanged("r", NOW, {"push": False}), ErasureRequested("q", NOW)]
    assert {record.user for record in found} == {TOKENS.token("u")}


@pytest.mark.parametrize("clock", ["arrival", "source"])
def test_control_reaches_every_partition_under_its_own_origin(clock: Clock) -> None:
    """Repeats by learn or by intake are dropped by that origin; the time becomes the log's own."""
    body = CampaignsActivated((), (ContactPolicy(name="default", limits=()),), "me", "")
    control = Record(Origin("operator", 0, 123, 4), 5, "", body)
    fold = intake(clock)
    fold.fold(CLICKS, 0, [message(view(time=NOW - 9000))], NOW)
    outputs = fold.fold(CONTROL, 0, [message(encode_msgpack(control))], NOW)
    assert [output.partition for output in outputs] == [0, 1, 2, 3]
    assert {output.key for output in outputs} == {b""}
    written_at = NOW if clock == "arrival" else NOW - 9000
    assert {decode_record(output.value) for output in outputs} == {Record(control.origin, written_at, "", body)}


def test_a_refused_message_keeps_everything() -> None:
    """Origin, key, headers and bytes are in the dead letter, and the next message is taken."""
    outputs = intake().fold(CLICKS, 2, [message(b"{", 8), message(b"\x00\x01", 9), message(view(), 10)], NOW)
    first, second = letters(outputs)
    assert (first.reason, first.origin, first.key, first.value) == ("not_json", Origin(CLICKS, 2, 8, 0), b"key", b"{")
    assert first.headers == (("h", b"1"),)
    assert second.reason == "unsupported_format"
    assert outputs[0].key == b"clicks/2/8/0"
    assert dict(outputs[0].headers)["reason"] == b"not_json"
    assert len(records(outputs)) == 1


def test_an_oversized_message_fits_into_dead_letters() -> None:
    """Of what is over 256 KB the beginning is kept, with what finds the whole: its origin, size and digest."""
    value = b"x" * 900_000
    huge = SourceRecord(7, NOW, b"k" * 900_000, value, (("small", b"1"), ("h", b"y" * 900_000)))
    (output,) = intake().fold(CLICKS, 0, [huge], NOW)
    assert len(output.value) < 64 * 1024
    (letter,) = letters([output])
    assert (letter.reason, letter.origin, letter.whole) == ("too_large", Origin(CLICKS, 0, 7), False)
    assert (letter.value, letter.size, letter.sha256) == (value[:16_384], 900_000, sha256(value).hexdigest())
    assert letter.headers == (("small", b"1"),)
    assert letter.message.endswith("; its key is cut; 1 of its headers are left out")


MESSAGES = st.lists(
    st.one_of(
        st.binary(max_size=20),
        st.builds(view, st.sampled_from("abc"), st.integers(NOW - 10 * MINUTE, NOW)),
        st.sampled_from([view(quantity=0), view() + b"x", b'{"event_id":"e"}']),
    ),
    max_size=12,
)


@given(
    values=MESSAGES,
    topic=st.sampled_from(INTAKE_SOURCES),
    clock=st.sampled_from(["arrival", "source"]),
)
def test_the_counts_add_up(values: list[bytes], topic: str, clock: Clock) -> None:
    """Every message is accepted or dead-lettered with a reason, whatever its bytes; nothing raises."""
    fold = intake(clock)
    outputs = fold.fold(topic, 0, [message(value, offset) for offset, value in enumerate(values)], NOW)
    counters = fold.counters()
    accepted = counters.get(f"accepted_total|{topic}", 0)
    refused = sum(count for name, count in counters.items() if name.startswith(f"dead_letters_total|{topic}|"))
    assert accepted + refused == counters.get(f"read_total|{topic}", 0) == len(values)
    assert len(letters(outputs)) == refused
    copies = 4 if topic == CONTROL else 1
    assert len(records(outputs)) == accepted * copies
    assert fold.positions().get((topic, 0), 0) == len(values)


def test_repairs_are_counted_by_source_and_field() -> None:
    """The data-quality account says which source sends what in the wrong unit."""
    fold = intake()
    fold.fold(CLICKS, 0, [message(view(time=NOW // 1000))], NOW)
    assert fold.counters()["repaired_total|clicks|occurred_at"] == 1
    assert fold.counters()["records_total|intake|e"] == 1


# ---------------------------------------------------------------- watermarks
def test_by_arrival_watermarks_follow_what_was_seen_drained() -> None:
    """A second's interval; a partition that is behind is as far as the last message read from it."""
    fold = intake()
    fold.own({BROWSES: {0, 1}, CLICKS: {1}}, TOTALS)
    fold.drained(BROWSES, 0, NOW)
    fold.fold(BROWSES, 1, [message(view(), 0, NOW - 30_000)], NOW + 100)
    outputs = fold.tick(NOW + 600)
    (mark,) = marks(outputs)
    assert mark.body == WatermarkReached(BROWSES, {0: NOW, 1: NOW - 30_000}, 2)
    assert len(outputs) == 4
    assert fold.tick(NOW + 700) == []


def test_a_clock_ahead_on_the_producer_does_not_push_a_watermark() -> None:
    """Input topics carry the producer's timestamps: none counts beyond this worker's now."""
    fold = intake()
    fold.own({CLICKS: {0}}, TOTALS)
    fold.fold(CLICKS, 0, [message(view(), 0, NOW + 99_000)], NOW)
    (mark,) = marks(fold.tick(NOW + 600))
    assert mark.body == WatermarkReached(CLICKS, {0: NOW}, 2)


def test_by_source_watermarks_come_before_what_follows_them() -> None:
    """One for each minute of the source's time, told before the first event after it."""
    fold = intake("source")
    start = NOW - NOW % MINUTE
    outputs = fold.fold(CLICKS, 0, [message(view(time=start + t * MINUTE + 1), t) for t in (0, 1, 3)], NOW)
    times = [
        decode_record(o.value).written_at - start
        for o in outputs
        if o.partition in {0, partition_of(TOKENS.token("u-1"), 4)}
    ]
    assert sorted(times) == times
    assert [(m.written_at - start) // MINUTE for m in marks(outputs) if m.origin.source.endswith("clicks")] == [1, 2, 3]


def test_without_partitions_of_its_own_a_tick_says_that_all_is_read() -> None:
    """How one process lets time pass at a history's end."""
    fold = intake("source")
    fold.fold(CLICKS, 0, [message(view())], NOW)
    assert [mark.body for mark in marks(fold.tick(NOW + 5))] == [
        WatermarkReached(topic, {0: NOW + 5}, 1) for topic in EVENT_SOURCES
    ]


# ---------------------------------------------------------------- merging
def owning() -> IntakeFold:
    """A source intake that owns all inputs, two partitions each."""
    fold = intake("source")
    fold.own(ALL, TOTALS)
    return fold


def settled(fold: IntakeFold, now: int) -> list[IntakeOutput]:
    """Everything drained, and the settling time over."""
    outputs = []
    for topic, partitions in ALL.items():
        for partition in partitions:
            outputs += fold.drained(topic, partition, now)
    return outputs + fold.tick(now + 200)


HISTORY = st.lists(st.tuples(st.integers(0, 20), st.sampled_from(EVENT_SOURCES), st.integers(0, 1)), max_size=25)


@given(history=HISTORY, chunk=st.integers(1, 6))
def test_merged_partitions_write_what_one_ordered_feed_writes(history: list[tuple[int, str, int]], chunk: int) -> None:
    """With clock source the order of reading does not matter: the log is nearly a replay's."""
    history.sort(key=lambda event: event[0])
    by_partition: dict[tuple[str, int], list[SourceRecord]] = defaultdict(list)
    for n, (minute, topic, partition) in enumerate(history):
        queue = by_partition[topic, partition]
        queue.append(message(view(f"u-{n}", NOW + minute * MINUTE), len(queue)))
    fold = owning()
    outputs: list[IntakeOutput] = []
    while any(by_partition.values()):
        for (topic, partition), queue in by_partition.items():
            outputs += fold.fold(topic, partition, queue[:chunk], NOW)
            del queue[:chunk]
    outputs += settled(fold, NOW)
    times = [record.written_at for record in records(outputs)]
    assert times == [NOW + minute * MINUTE for minute, _, _ in history]
    assert {n for n, _ in enumerate(history)} == {
        int(record.body.event_id.split("-")[2]) for record in records(outputs) if isinstance(record.body, EventTaken)
    }


def test_only_what_was_written_is_passed() -> None:
    """Positions stay before what waits, so that a crash reads it again."""
    fold = owning()
    assert fold.fold(CLICKS, 0, [message(view(), 5), message(b"{", 6)], NOW) == []
    assert (fold.positions(), fold.held(CLICKS, 0)) == ({}, 2)
    assert len(records(settled(fold, NOW))) == 1
    assert (fold.positions(), fold.held(CLICKS, 0)) == ({(CLICKS, 0): 7}, 0)


def test_a_standing_source_log_says_how_far_it_went() -> None:
    """When nothing waits, the last event's time is told without a next event, once."""
    fold = owning()
    fold.fold(CLICKS, 0, [message(view())], NOW)
    found = marks(settled(fold, NOW))
    assert {max(mark.body.reached.values()) for mark in found if isinstance(mark.body, WatermarkReached)} == {NOW}
    assert marks(fold.tick(NOW + 10_000)) == []


def test_messages_of_partitions_that_are_not_owned_are_left_alone() -> None:
    """They may still come out of a queue after a rebalance."""
    fold = owning()
    fold.own({CLICKS: {1}}, TOTALS)
    assert fold.fold(CLICKS, 0, [message(view())], NOW) == []
    assert fold.positions() == {}


def test_the_account_is_plain_data() -> None:
    """Counters can be written as JSON, names joined by bars."""
    fold = intake()
    fold.fold(CLICKS, 0, [message(view()), message(b"")], NOW)
    assert json.loads(json.dumps(fold.counters())) == {
        "accepted_total|clicks": 1,
        "dead_letters_total|clicks|not_json": 1,
        "read_total|clicks": 2,
        "records_total|intake|e": 1,
    }


def test_ages_are_those_of_events_when_they_were_read() -> None:
    """Taken once; a history's events have none, and neither has what was refused."""
    fold = intake()
    fold.fold(BROWSES, 0, [message(view(time=NOW - MINUTE)), message(b"{", 1)], NOW + 500)
    assert fold.take_ages() == [(BROWSES, MINUTE + 500)]
    assert fold.take_ages() == []
    history = intake("source")
    history.fold(BROWSES, 0, [message(view())], NOW)
    assert history.take_ages() == []


def test_how_the_log_was_opened_is_not_copied_into_it() -> None:
    """Every partition begins with it; control keeps it for those who come after retention."""
    fold = intake()
    record = Record(Origin("operator", 0, NOW), NOW, "", LogOpened("e1", "arrival", 4, "k"))
    assert fold.fold(CONTROL, 0, [message(encode_msgpack(record))], NOW) == []
    assert fold.counters() == {"accepted_total|control": 1, "read_total|control": 1}
    fold.own(ALL, TOTALS)
    fold.fold(CONTROL, 0, [message(encode_msgpack(record), 5)], NOW)
    assert fold.positions()[CONTROL, 0] == 6
