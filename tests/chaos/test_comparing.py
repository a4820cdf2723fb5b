"""The comparison can fail: each kind of harm to an output, a state, a counter or the log is seen and named."""

from collections.abc import Callable

import pytest
from msgspec import structs

from schemas.closed_decisions import ClosedDecision
from schemas.codec import encode_msgpack
from schemas.origins import Origin
from schemas.records import Record, Ticked
from streams.coordinate import Coordination
from streams.folding import LogRecord
from streams.profiles.user import User
from tests.chaos.comparing import compare_counters, compare_lag
from tests.chaos.comparing_inputs import as_readers_keep, compare_taken, placed
from tests.chaos.comparing_learning import compare_counts, compare_versions
from tests.chaos.load import UNKNOWN, Published
from tests.chaos.sequences import compare_entries, compare_kept, compare_sequences
from tests.making.closed import NOTHING
from tests.making.events import taken
from tests.making.models import snapshot
from tests.making.topics import Written

Harm = Callable[[list[Written]], list[Written]]


def output(offset: int, value: bytes = b"{}", partition: int = 0) -> Written:
    """One message as decide writes it."""
    return b"user", value, (("origin", f"e1/{partition}/{offset}/0".encode()), ("ce_type", b"t"))


def told_as(message: Written, name: bytes) -> Written:
    """The message with other headers, and the same origin."""
    return message[0], message[1], (message[2][0], ("ce_type", name))


def log_record(offset: int, closed: ClosedDecision) -> LogRecord:
    """A record that readers have not seen, with what another one said."""
    return LogRecord(
        offset, offset, None, encode_msgpack(structs.replace(closed, origin=Origin("user-log", 0, offset)))
    )


WHOLE = [output(offset) for offset in (3, 5, 8)]

HARMS: dict[str, Harm] = {
    "missing": lambda whole: whole[:1] + whole[2:],
    "unexpected": lambda whole: [*whole, output(9)],
    "altered": lambda whole: [output(3, b"[]"), *whole[1:]],
    "altered headers": lambda whole: [told_as(whole[0], b"other"), *whole[1:]],
    "out of order": lambda whole: [whole[1], whole[0], whole[2]],
    "two bodies": lambda whole: [*whole, output(3, b"[]")],
    "without origin": lambda whole: [*whole, (b"user", b"{}", ())],
}


def test_what_is_as_expected_has_no_problems() -> None:
    """Equal sequences are equal, and repeats are counted apart."""
    assert compare_sequences("decisions/0", WHOLE, WHOLE) == ([], 0)
    assert compare_sequences("decisions/0", [*WHOLE, WHOLE[1], WHOLE[2]], WHOLE) == ([], 2)


@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS)
def test_a_harmed_sequence_is_seen(harm: Harm) -> None:
    """Missing, unexpected, altered, doubled with another body, out of order, or without origin: each is a problem."""
    assert compare_sequences("decisions/0", harm(WHOLE), WHOLE).problems


def test_internal_outputs_are_compared_as_readers_keep_them() -> None:
    """What was sent again after a recovery is dropped by origin, whatever other writers wrote in between."""
    other = [output(offset, partition=1) for offset in (1, 2)]
    found = [*WHOLE[:2], other[0], *WHOLE[1:], other[0], other[1]]
    assert compare_kept("closed-decisions", found, [*WHOLE, *other]) == ([], 2)


@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS)
def test_harmed_internal_outputs_are_seen(harm: Harm) -> None:
    """A reader would miss, invent or mistake something."""
    assert compare_kept("closed-decisions", harm(WHOLE), WHOLE).problems


def test_a_harmed_state_is_seen() -> None:
    """A user too few, one too many, one with other bytes."""
    state = {"a": b"1", "b": b"2"}
    assert compare_entries("user-log/0", state, state) == []
    for harmed in ({"a": b"1"}, state | {"c": b"3"}, state | {"b": b"3"}):
        (problem,) = compare_entries("user-log/0", harmed, state)
        assert "user-log/0" in problem


def event(origin: Origin, name: str = "e-1", offset: int = 0) -> LogRecord:
    """An event in the log."""
    body = structs.replace(taken(), event_id=name)
    return LogRecord(offset, 0, b"u", encode_msgpack(Record(origin, 0, "u", body)))


def test_only_ticks_may_be_left_in_the_log() -> None:
    """Ticks are decide's own, written on its way out; anything else behind the checkpoint is lag."""
    tick = LogRecord(2, 0, b"", encode_msgpack(Record(Origin("tick/user-log", 0, 1), 1, "", Ticked())))
    assert compare_lag("user-log/0", [event(Origin("clicks", 0, 1), offset=1), tick], 1) == []
    assert compare_lag("user-log/0", [event(Origin("clicks", 0, 1), offset=1), tick], 0)


def test_counters_must_be_the_sums_of_what_they_count() -> None:
    """An event too many, or a decision that nobody counted."""
    log = [event(Origin("clicks", 0, offset), offset=offset) for offset in range(4)]
    users = [encode_msgpack(User(events=2)), encode_msgpack(User(events=1))]
    counted = {"records_total|decide|e": 3, "decisions_total|c|live|sent": 1}
    assert compare_counters("user-log/0", counted, users, log, {"decisions": 1}) == []
    assert compare_counters("user-log/0", counted | {"records_total|decide|e": 4}, users, log, {"decisions": 1})
    assert compare_counters("user-log/0", counted, users, log, {"decisions": 2})


SENT = [Published("clicks", 0, 1, "e-1"), Published("clicks", 0, 2, "e-2"), Published("clicks", 0, 3, "")]
TAKEN = {Origin("clicks", 0, 1): "e-1", Origin("clicks", 0, 2): "e-2"}
DEAD = {"clicks/0/3/0"}


def test_every_published_message_is_taken_or_dead_lettered() -> None:
    """One that is nowhere, in both places, with another content, or that nobody published, is seen."""
    assert compare_taken(SENT, TAKEN, DEAD) == []
    assert compare_taken(SENT, TAKEN, set())
    assert compare_taken(SENT, TAKEN, DEAD | {"clicks/0/2/0"})
    assert compare_taken(SENT, TAKEN | {Origin("clicks", 0, 2): "e-3"}, DEAD)
    assert compare_taken(SENT[1:], TAKEN, DEAD)
    assert compare_taken(SENT, {Origin("clicks", 0, 1): "e-1"}, DEAD)


def test_a_record_that_comes_after_a_later_one_is_lost_to_readers() -> None:
    """Repeats are dropped; what comes too late is dropped too, and so it is missing."""
    first, second = (event(Origin("clicks", 0, number), f"e-{number}") for number in (1, 2))
    assert as_readers_keep([first, second, first, second]) == TAKEN
    assert as_readers_keep([second, first]) == {Origin("clicks", 0, 2): "e-2"}


def model(version: int, trained_on: int) -> Written:
    """A version of a model as learn writes it."""
    made = snapshot(version, trained_on=trained_on)
    return made.key.encode(), encode_msgpack(made), ()


def test_versions_of_a_model_have_one_body_and_no_gaps() -> None:
    """Two bodies of one version, or a version that was left out."""
    one, again, two, three = (model(version, rows) for version, rows in ((1, 1), (1, 2), (2, 1), (3, 1)))
    assert compare_versions([one, one, two, three]) == []
    assert compare_versions([one, again, two])
    assert compare_versions([one, three])


def test_a_message_of_which_the_broker_did_not_tell_the_place_is_found_by_its_name() -> None:
    """It counts as published where it stands; if it stands nowhere it is missing."""
    unplaced = [*SENT[:1], Published("clicks", 0, UNKNOWN, "e-2"), SENT[2]]
    assert placed(unplaced, TAKEN) == SENT
    assert compare_taken(placed(unplaced, TAKEN), TAKEN, DEAD) == []
    assert compare_taken(placed([*SENT, Published("clicks", 0, UNKNOWN, "e-9")], TAKEN), TAKEN, DEAD)


def test_what_coordinate_counts_is_recounted_and_a_lost_decision_is_seen() -> None:
    """Arms, and apart from them what passed the fraud gate by chance; ghosts of the gate count nowhere."""
    closed = [
        structs.replace(
            NOTHING, origin=Origin("user-log", 0, n), ghost=n % 3 == 0, pass_probability=0.03 * (n % 4 == 0)
        )
        for n in range(24)
    ]
    log = [LogRecord(n, n, None, encode_msgpack(one)) for n, one in enumerate(closed)]
    fold = Coordination()
    fold.fold(log, [])
    assert fold.state.tallies["cart-rescue@4"].gate.passes == 4
    assert compare_counts(fold, [*log, *log]) == []
    for lost in (0, 1, 3, 4):
        problems = compare_counts(fold, [*log, log_record(24, closed[lost])])
        assert bool(problems) is (lost != 0)
