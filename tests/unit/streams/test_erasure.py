"""Erased is erased: whatever is still on its way, in every partition and in the graph of rings."""

import pytest

from schemas.codec import decode_msgpack
from schemas.events import Event
from schemas.fraud import EntitySighting
from schemas.privacy import PrivacyRequest
from schemas.records import AttributesTold, Body, ConsentChanged, ErasureRequested, HistoryHanded
from schemas.topics import BROWSES, ENTITY_SIGHTINGS, PRIVACY
from streams.profiles.linking import hand_over
from streams.profiles.user import User
from tests.making.events import taken
from tests.making.logs import MINUTE, START
from tests.making.stories import Story, on_favourite
from tests.unit.streams.test_identity import Shop

ERASED = START + 60 * MINUTE


def history(linked_at: int) -> HistoryHanded:
    """Of a visitor who looked at something."""
    visitor = User(events=3, first_seen=START, last_seen=START, landmark=START, views=3.0)
    return HistoryHanded("e1", hand_over(visitor), linked_at)


def words(at: int) -> tuple[Body, ...]:
    """Everything that may be told of a customer, as of ``at``."""
    consent = ConsentChanged("r", at, {"push": True})
    return taken("view", at), consent, AttributesTold("a", at, tier="gold"), history(at)


@pytest.mark.parametrize("number", range(4))
def test_what_was_on_its_way_makes_no_new_profile(number: int) -> None:
    """Events, consent, attributes and a visitor's history of before the erasure are dropped, and counted."""
    story = Story()
    story.happens("u", "view")
    story.at = ERASED
    story.say("u", ErasureRequested("x", ERASED))
    story.say("u", words(ERASED)[number])
    assert story.fold.users.get("u") is None
    assert story.fold.counters()["after_erasure_total"] == 1


@pytest.mark.parametrize("number", range(4))
def test_who_comes_back_is_a_new_customer(number: int) -> None:
    """What is told of a time after the erasure counts, for others at any time."""
    story = Story()
    story.say("u", ErasureRequested("x", ERASED))
    story.at = ERASED + 1
    story.say("u", words(ERASED + 1)[number])
    story.say("v", words(START)[number])
    assert {token for token, _ in story.fold.users} == {"u", "v"}


def test_a_message_that_is_not_out_yet_is_called_back() -> None:
    """Nobody wants an offer after asking to be forgotten."""
    story = Story(on_favourite())
    sent = story.sends("favourite")
    story.say(sent.user, ErasureRequested("x", story.at))
    (revoked,) = story.triggers("revoke")
    assert (revoked.trigger_id, revoked.reasons) == (sent.trigger_id, ("customer erased",))


def test_an_erased_account_ties_nobody() -> None:
    """The graph of rings forgets it, also where ``decide`` had forgotten it before."""
    shop = Shop()
    for who in range(2):
        shop.happens("shops", who, "view", device_id="d-1")
    graph = shop.system.rings.known.graph
    assert shop.token("u0") in graph
    for who in range(3):
        shop.tell(PRIVACY, PrivacyRequest(request_id="x", user_id=f"u{who}", kind="erasure", occurred_at=shop.at))
    assert not any(shop.token(f"u{who}") in graph for who in range(3))


def test_a_history_is_not_the_customers_any_more(late: Shop) -> None:
    """Through all partitions: linked, erased, and only then the history is copied."""
    assert late.user("u0").events == 0
    late.at += 1
    late.tell(BROWSES, Event(event_id="n", type="view", occurred_at=late.at, user_id="u0"))
    assert late.user("u0").events == 1


@pytest.fixture
def late() -> Shop:
    """A customer who was erased in between the link and the history's arrival."""
    shop = Shop()
    shop.happens("visits", 0, "view")
    link = shop.link(0, 0)
    shop.at += 1
    shop.tell(PRIVACY, PrivacyRequest(request_id="x", user_id="u0", kind="erasure", occurred_at=shop.at))
    shop.tell("customers", link)
    assert len(shop.handed) == 1
    return shop


def test_an_erasure_is_told_once_per_request() -> None:
    """Repeats of the record tell nothing."""
    story = Story()
    story.say("u", ErasureRequested("x", START))
    told = [decode_msgpack(o.value, EntitySighting) for o in story.outputs if o.topic == ENTITY_SIGHTINGS]
    assert [(one.user, one.erased, one.seen) for one in told] == [("u", True, ())]
