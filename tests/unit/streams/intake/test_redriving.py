from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from schemas.codec import decode_json, decode_record, encode_json, encode_msgpack
from schemas.dead_letters import DeadLetter
from schemas.events import Event
from schemas.origins import Origin
from schemas.privacy import PrivacyRequest
from schemas.records import ConsentChanged, EventTaken
from schemas.redrives import Redrive
from schemas.topics import CLICKS, CONTROL, DEAD_LETTERS, EVENT_SOURCES, PRIVACY, REDRIVES, USER_LOG
from streams.intake.choosing import Selection, Tally, choose
from streams.intake.fold import IntakeFold, IntakeOutput, IntakeSettings, SourceRecord
from streams.intake.messages import Clock
from streams.intake.redriving import MOST_ATTEMPTS, Redriven, obstacle, redrive

NOW = 1_793_498_281_500
LETTER = DeadLetter(
    reason="impossible_value",
    field="occurred_at",
    message="occurred_at: more than a day ahead",
    origin=Origin(CLICKS, 3, 904_412),
    at=NOW,
    key=b"u-1",
    value=b"{}",
    headers=(("trace", b"7"),),
)


def letter(offset: int = 904_412, source: str = CLICKS, **changes: Any) -> DeadLetter:
    """A letter of a message at an offset of ``clicks/3``."""
    return structs.replace(LETTER, origin=Origin(source, 3, offset), **changes)


def intake(clock: Clock = "arrival") -> IntakeFold:
    """An intake that owns clicks and redrives."""
    fold = IntakeFold(IntakeSettings(token_key=bytes(32), partitions=4, clock=clock, settle=0))
    fold.own({CLICKS: {3}, REDRIVES: {0}}, dict.fromkeys(EVENT_SOURCES, 4))
    return fold


def event(**changes: Any) -> bytes:
    """A click's bytes."""
    told: dict[str, Any] = {"event_id": "e", "type": "click", "occurred_at": NOW, "user_id": "u"}
    return encode_json(Event(**(told | changes)))


def again(fold: IntakeFold, entry: Redrive | bytes, offset: int = 8) -> list[IntakeOutput]:
    """What intake writes for an entry of ``redrives``, watermarks aside."""
    value = entry if isinstance(entry, bytes) else encode_msgpack(entry)
    written = fold.fold(REDRIVES, 0, [SourceRecord(offset, NOW, b"", value)], NOW)
    return [output for output in written if output.key or output.topic == DEAD_LETTERS]


# ---------------------------------------------------------------- at intake
@pytest.mark.parametrize("clock", ["arrival", "source"])
def test_a_redriven_event_is_told_as_one(clock: Clock) -> None:
    """Its origin is its place on redrives, which only grows, and it says that it opens no decision point."""
    (output,) = again(intake(clock), Redrive(Origin(CLICKS, 3, 5), 1, b"u", event()))
    record = decode_record(output.value)
    assert (output.topic, record.origin) == (USER_LOG, Origin(REDRIVES, 0, 8))
    assert isinstance(record.body, EventTaken)
    assert record.body.redriven


def test_a_redriven_request_is_a_request() -> None:
    """Consent has an order of its own: it says since when it holds."""
    request = PrivacyRequest(request_id="r", user_id="u", kind="consent", occurred_at=NOW, channels={"push": False})
    (output,) = again(intake(), Redrive(Origin(PRIVACY, 0, 5), 1, b"u", encode_json(request)))
    assert decode_record(output.value).body == ConsentChanged("r", NOW, {"push": False})


def test_what_is_refused_again_is_the_same_letter_with_an_attempt_more() -> None:
    """Origin, key, bytes and headers of the message; the reason is that of this time."""
    entry = Redrive(Origin(CLICKS, 3, 5), 2, b"u-1", b"{", (("trace", b"7"),))
    (output,) = again(intake(), entry)
    found = decode_json(output.value, DeadLetter)
    assert (found.origin, found.attempts, found.reason) == (entry.origin, 2, "not_json")
    assert (found.key, found.value, found.headers) == (b"u-1", b"{", entry.headers)
    assert output.key == b"clicks/3/5/0"
    assert dict(output.headers)["ce_id"] == b"clicks/3/5/0/2"


@pytest.mark.parametrize("value", [b"\xc1", encode_msgpack(Redrive(Origin(CONTROL, 0, 5), 1, b"", event()))])
def test_what_is_no_redrive_is_a_letter_of_its_own(value: bytes) -> None:
    """Foreign bytes on the topic, or of a source that has no platform behind it: nothing raises."""
    (output,) = again(intake(), value)
    found = decode_json(output.value, DeadLetter)
    assert (found.reason, found.origin, found.value) == ("unsupported_format", Origin(REDRIVES, 0, 8), value)
    assert obstacle(found)


ENTRIES = st.lists(
    st.tuples(st.sampled_from([CLICKS, *EVENT_SOURCES]), st.sampled_from([event(), event(quantity=0), b"{"]))
)


@settings(deadline=None)
@given(ENTRIES)
def test_the_counts_of_redriven_messages_add_up(entries: list[tuple[str, bytes]]) -> None:
    """Read from redrives is taken or refused there; what was taken is counted by the topic that it came from."""
    fold = intake()
    for offset, (source, value) in enumerate(entries):
        again(fold, Redrive(Origin(source, 0, offset), 1, b"", value), offset)
    counters = fold.counters()
    redriven = sum(count for name, count in counters.items() if name.startswith("redriven_total|"))
    refused = sum(count for name, count in counters.items() if name.startswith(f"dead_letters_total|{REDRIVES}|"))
    assert counters.get(f"accepted_total|{REDRIVES}", 0) == redriven == sum(v == event() for _, v in entries)
    assert counters.get(f"read_total|{REDRIVES}", 0) == redriven + refused == len(entries)
    assert counters.get("records_total|intake|e", 0) == redriven


# ---------------------------------------------------------------- choosing
@pytest.mark.parametrize(
    ("given_letter", "said"),
    [
        (letter(source="user-log", reason="poison"), "run a program that can fold it"),
        (letter(source=CONTROL), "campaigns apply"),
        (letter(source="history/0a1b2c", reason="unreadable_row"), "publish the file again"),
        (letter(source="closed-decisions", reason="poison"), "sends again by itself"),
        (letter(size=300_000, sha256="00"), "over 256 KB"),
        (letter(attempts=MOST_ATTEMPTS), "refused again 8 times"),
    ],
)
def test_what_cannot_be_redriven_says_what_to_do_instead(given_letter: DeadLetter, said: str) -> None:
    """One sentence each, and it is counted, not written."""
    tally = Tally()
    assert list(choose([given_letter], Redriven(), Selection(until=NOW), None, tally)) == []
    (why,) = tally.hindered
    assert said in why
    assert (tally.read, tally.selected, tally.chosen.total()) == (1, 1, 0)


def test_a_topic_made_again_has_other_messages_at_the_same_offsets() -> None:
    """``clicks@2`` is redriven beside ``clicks``, and chosen with it."""
    both, tally = [letter(7), letter(7, f"{CLICKS}@2")], Tally()
    selection = Selection(sources=frozenset({CLICKS}), until=NOW)
    assert len(list(choose(both, Redriven(), selection, None, tally))) == 2
    assert tally.chosen == {(CLICKS, "impossible_value", "occurred_at"): 2}


@pytest.mark.parametrize(
    "selection",
    [
        Selection(reasons=frozenset({"not_json"}), until=NOW),
        Selection(fields=frozenset({"price"}), until=NOW),
        Selection(sources=frozenset({PRIVACY}), until=NOW),
        Selection(places=frozenset({(CLICKS, 3, 1)}), until=NOW),
        Selection(since=NOW + 1, until=NOW + 2),
        Selection(until=NOW - 1),
    ],
)
def test_every_kind_of_filter_narrows(selection: Selection) -> None:
    """A letter that one kind does not ask for is left alone."""
    assert not selection.takes(LETTER)


def test_filters_of_one_kind_widen() -> None:
    """Any of the reasons, fields, sources or places named."""
    assert Selection(
        reasons=frozenset({"not_json", "impossible_value"}),
        fields=frozenset({"occurred_at"}),
        sources=frozenset({CLICKS, PRIVACY}),
        places=frozenset({(CLICKS, 3, 904_412)}),
        since=NOW,
        until=NOW,
    ).takes(LETTER)


ATTEMPTS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), max_size=30)


@settings(deadline=None)
@given(ATTEMPTS, st.none() | st.integers(1, 5))
def test_a_letter_is_chosen_once_and_the_account_adds_up(attempts: list[tuple[int, int]], limit: int | None) -> None:
    """Repeats, earlier attempts and later ones in any order; what is read is chosen, done before, or hindered."""
    letters = [letter(offset, attempts=made) for offset, made in attempts]
    before = Redriven([redrive(letter(0, attempts=1))])
    tally = Tally()
    entries = list(choose(letters, before, Selection(until=NOW), limit, tally))
    assert len({(entry.origin, entry.attempt) for entry in entries}) == len(entries) == tally.chosen.total()
    assert all(entry.attempt > 2 for entry in entries if entry.origin.offset == 0)
    assert len(entries) <= (len(letters) if limit is None else limit)
    assert tally.selected == tally.chosen.total() + tally.before + tally.hindered.total()
