"""What is told of rings, and the laws of the fold that finds them."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.codec import encode_msgpack
from schemas.fraud import EntityKind
from schemas.origins import Origin
from schemas.records import RingFound
from schemas.topics import CONTROL, DEAD_LETTERS
from streams.folding import LogRecord, Output
from streams.fraud.rings.evidence import CROWD, referral_of
from streams.fraud.rings.finding import TOLD_AGAIN, RingFinding
from streams.fraud.rings.graph import EXPIRY
from tests.making.checkpoints import Entries, checkpoint
from tests.making.sightings import DAY, START, folded, log_of, sharing, sighting, told

RING = tuple(f"u{n}" for n in range(5))

kinds: st.SearchStrategy[EntityKind] = st.sampled_from(("device", "address", "payment"))
referrals: st.SearchStrategy[tuple[EntityKind, int]] = st.sampled_from((("referral", referral_of("u1")),))
things = st.one_of(st.tuples(kinds, st.integers(0, 3)), referrals)
drawn = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 19), st.lists(things, max_size=3), st.integers(0, 60)), max_size=60
)
Drawn = list[tuple[int, int, list[tuple[EntityKind, int]], int]]


def drawn_log(specs: Drawn) -> list[LogRecord]:
    """A log in which users share much or are erased, origins repeat, and time jumps to and fro within two months."""
    return log_of(sighting(n, f"u{user}", *seen, at=START + day * DAY, erased=not seen) for n, user, seen, day in specs)


@settings(max_examples=25, deadline=None)
@given(drawn, st.lists(st.integers(0, 60), max_size=5))
def test_a_checkpoint_and_a_restore_anywhere_change_nothing(specs: Drawn, cuts: list[int]) -> None:
    """In any pieces, each read twice, with a restore between them: the same outputs, head and entries."""
    log = drawn_log(specs)
    whole, expected = RingFinding(most=9), list[Output]()
    whole.fold(log, expected)
    wanted: Entries = {}
    head = checkpoint(whole, wanted)
    fold, outputs, kept, last = RingFinding(most=9), list[Output](), Entries(), b""
    for start, end in pairwise(sorted({min(cut, len(log)) for cut in cuts} | {0, len(log)})):
        fold.fold(log[start:end], outputs)
        fold.fold(log[start:end], outputs)
        last = checkpoint(fold, kept)
        fold = RingFinding(most=9)
        fold.restore(last, kept.items())
    assert outputs == expected
    assert not log or (last, kept) == (head, wanted)


@settings(max_examples=15, deadline=None)
@given(drawn)
def test_a_checkpoint_that_failed_loses_nothing(specs: Drawn) -> None:
    """What was frozen for it is in the next one."""
    log, fold, wanted, kept = drawn_log(specs), RingFinding(), Entries(), Entries()
    fold.fold(log[: len(log) // 2], [])
    fold.cut()
    fold.thaw()
    fold.fold(log[len(log) // 2 :], [])
    assert (checkpoint(fold, kept), kept) == (checkpoint(folded(log)[0], wanted), wanted)


@settings(max_examples=15, deadline=None)
@given(drawn)
def test_sightings_that_are_sent_again_count_once(specs: Drawn) -> None:
    """``decide`` may repeat its outputs; nothing is told twice."""
    log = drawn_log(specs)
    again = [LogRecord(len(log) + record.offset, record.timestamp, record.key, record.value) for record in log]
    assert told(folded([*log, *again])[1]) == told(folded(log)[1])


def test_accounts_that_share_device_card_and_address_are_a_ring() -> None:
    """The fourth makes it certain enough; all are told of, later ones alone, until the score has moved."""
    _, outputs = folded(sharing(RING, ("device", 1), ("payment", 2), ("address", 3)))
    first, second = told(outputs)
    assert first == RingFound("r1", 1, first.score, 4, {"device": 4, "payment": 4, "address": 4}, RING[:4])
    assert second.members == ("u4",)
    assert 0.8 <= first.score < second.score < 1.0


def test_a_household_is_no_ring() -> None:
    """Four people, one address and one tablet."""
    assert told(folded(sharing(RING[:4], ("address", 3), ("device", 1)))[1]) == []


def test_an_address_ties_nobody() -> None:
    """Neighbours in one house share it, and nothing follows from that alone."""
    assert told(folded(sharing(RING, ("address", 1)))[1]) == []


def test_a_crowd_takes_back_what_was_told() -> None:
    """A kiosk's device looks like a ring's until more accounts use it than a person has."""
    log = sharing([f"k{n}" for n in range(CROWD["device"] + 1)], ("device", 1))
    fold, outputs = folded(log)
    cleared = {member for body in told(outputs) if body.score == 0.0 for member in body.members}
    marked = {member for body in told(outputs) if body.score for member in body.members}
    assert marked
    assert cleared == marked
    assert fold.known.marks == {}


GIVEN: tuple[EntityKind, int] = ("referral", referral_of("giver"))


@pytest.mark.parametrize("shared", [("device", 1), ("payment", 2)])
def test_whoever_redeems_on_the_givers_device_or_card_refers_oneself(shared: tuple[EntityKind, int]) -> None:
    """In either order; it takes no more than the two accounts."""
    for log in (
        sharing(["giver", "own"], shared) + sharing(["own"], GIVEN, first=2),
        sharing(["own"], GIVEN) + sharing(["own", "giver"], shared, first=1),
    ):
        (ring,) = told(folded(log)[1])
        assert (ring.accounts, ring.members) == (2, ("giver", "own"))
        assert ring.shared == {shared[0]: 2, "referral": 2}
        assert 0.8 <= ring.score < 0.95


def test_whoever_redeems_what_one_gave_oneself_refers_oneself() -> None:
    """It takes no device."""
    (ring,) = told(folded(sharing(["giver"], GIVEN))[1])
    assert (ring.accounts, ring.shared) == (1, {"referral": 2})


def test_who_was_referred_by_a_friend_is_honest() -> None:
    """Friends who share nothing, two of them who share a tablet with each other, a neighbour."""
    friends = [f"friend{n}" for n in range(6)]
    log = sharing(friends, GIVEN) + sharing(["giver"], ("device", 9), ("address", 3), first=6)
    log += sharing(friends[:2], ("device", 1), first=7) + sharing(friends[2:3], ("address", 3), first=9)
    assert told(folded(log)[1]) == []


def test_an_erased_account_is_no_evidence() -> None:
    """Nothing is known of it any more, and what it made of the others is taken back."""
    fold, _ = folded(log := sharing(RING[:4], ("device", 1), ("payment", 2), ("address", 3)))
    outputs = list[Output]()
    fold.fold(log_of([*[GOOD] * len(log), sighting(9, "u2", erased=True)])[-1:], outputs)
    (back,) = told(outputs)
    assert (back.score, back.members) == (0.0, ("u0", "u1", "u3"))
    assert "u2" not in fold.known.graph
    assert fold.known.marks == {}


def test_two_rings_that_turn_out_to_be_one_keep_the_older_name() -> None:
    """Whoever is moved to it is told."""
    left, right = [f"a{n}" for n in range(8)], [f"b{n}" for n in range(8)]
    log = sharing(left, ("device", 1)) + sharing(right, ("device", 2), first=8)
    fold, _ = folded([*log, *sharing(["a0", "b0"], ("payment", 3), first=16)])
    assert {fold.known.marks[user].ring for user in left} == {1}
    assert told(folded(log)[1])[-1].ring == "r2"


def test_what_is_old_ties_no_more() -> None:
    """After 90 days without being seen an entity and its accounts leave."""
    log = sharing(RING, ("device", 1), ("payment", 2))
    later = sharing(["other"], ("device", 9), first=5, at=START + EXPIRY + DAY)
    fold, _ = folded([*log, *later])
    assert list(fold.known.graph.entities) == [("device", 9)]
    assert fold.known.marks == {}


def test_a_membership_is_told_again_before_it_fades() -> None:
    """``decide`` forgets what it was told after a while, and whoever was idle altogether."""
    log = sharing(RING, ("device", 1), ("payment", 2))
    again = sharing(RING[:1], ("device", 1), first=5, at=START + TOLD_AGAIN)
    assert told(folded([*log, *again])[1])[-1].members == RING


def test_a_ring_is_told_under_the_origin_of_its_sighting() -> None:
    """So that ``decide`` takes every record once, whatever is written again."""
    _, outputs = folded(sharing(RING, ("device", 1), ("payment", 2), ("address", 3)))
    origins = [dict(output.headers)["origin"] for output in outputs if output.topic == CONTROL]
    assert origins == [b"entity-sightings/0/3/0", b"entity-sightings/0/4/0"]


def test_foreign_bytes_are_buried() -> None:
    """And the fold goes on."""
    log: Sequence[LogRecord] = [LogRecord(0, START, None, b"\xc1"), LogRecord(1, START, None, encode_msgpack(GOOD))]
    fold, outputs = folded(log)
    assert [output.topic for output in outputs] == [DEAD_LETTERS]
    assert fold.counters()["records_total|coordinate|sighting"] == 1


GOOD = sighting(1, "u", ("device", 1))


def test_only_the_origin_tells_repeats() -> None:
    """Another partition's record at the same offset is another one."""
    other = [LogRecord(n, START, None, encode_msgpack(s)) for n, s in enumerate((GOOD, OTHER))]
    assert folded(other)[0].counters()["records_total|coordinate|sighting"] == 2


OTHER = type(GOOD)(origin=Origin("user-log", 1, 1), user="v", at=START, seen=())
