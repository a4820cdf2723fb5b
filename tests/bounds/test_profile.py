"""One customer's profile: 16 KB at most, whatever the customer, the shop and its campaigns do."""

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from schemas.campaigns import Offer
from schemas.closed_decisions import Stakes
from schemas.codec import encode_msgpack
from schemas.fraud import EntityKind
from streams.features.catalogue import RESPONSE_ROW
from streams.policy.value import MAX_ACTIONS
from streams.profiles import user as caps
from streams.profiles.attributes import FIELDS, Attributes
from streams.profiles.user import CartLine, EndedMessage, OpenDecision, Timer, User
from tests.bounds.full import crowded, longest
from tests.making.logs import MINUTE
from tests.making.stories import Story

MOST_BYTES = 16 * 1024
KINDS = ("view", "search", "click", "favourite", "add_to_cart", "remove_from_cart", "purchase", "refund")
Step = tuple[str, int, int, int]

steps = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 60), st.integers(0, 60), st.sampled_from((0, 1, 40, 2000))),
    max_size=120,
)


def size(told: Story, user: str = "u") -> int:
    """Bytes of a profile in a checkpoint."""
    return len(encode_msgpack(told.user(user)))


def live(told: Story, kind: str, item: int, category: int, minutes: int = 0) -> None:
    """Something happens with the longest texts; every message that goes out is answered."""
    seen = len(told.triggers())
    told.happens(
        "u",
        kind,
        item=longest(item),
        category=longest(category),
        brand=longest(category),
        device=longest(item),
        address=longest(item),
        payment=longest(item),
        price=10**12 if kind in ("purchase", "refund") else 10**6,
        quantity=1 if kind in ("purchase", "refund") else 10**6,
        coupon=longest(item),
    )
    for trigger in told.triggers()[seen:]:
        told.reports(trigger, "unsubscribed" if item % 7 == 0 else "clicked")
    if minutes:
        told.waits(minutes)


@settings(max_examples=15, deadline=None)
@given(steps)
def test_no_sequence_of_events_fills_a_profile_beyond_16_kb(drawn: list[Step]) -> None:
    """Events of any types with the longest texts, at any pace, under forty campaigns with the longest names."""
    told = crowded(20)
    told.consents("u", push=True, sms=True, email=True)
    for kind, item, category, minutes in drawn:
        live(told, kind, item, category, minutes)
        assert size(told) <= MOST_BYTES


def test_the_fullest_life_stays_under_16_kb() -> None:
    """Everything at once, for weeks: carts, sessions, interests, waits, windows and messages, all at their caps."""
    told, most = crowded(40), 0
    told.consents("u", push=True, sms=True, email=True)
    for day in range(30):
        for number in range(3):
            told.consents("u", push=True, sms=True, email=True)
            for kind in ("view", "view", "favourite", "add_to_cart", "purchase" if number == 0 else "view"):
                live(told, kind, 5 * day + number, 7 * day + number)
        told.waits(1440)
        most = max(most, size(told))
    assert most <= MOST_BYTES
    full = told.user("u")
    assert len(full.session_items) <= caps.MAX_SESSION_KEYS
    assert len(full.interests) == caps.MAX_INTERESTS
    assert full.brands is not None
    assert len(full.brands) == caps.MAX_BRANDS
    assert len(full.devices) == caps.MAX_DEVICES
    assert len(full.recent) == 8 * caps.MAX_RECENT
    assert len(full.timers) <= caps.MAX_TIMERS


FAR, COUNT = 2**41, 2**40
CAMPAIGN = "c".ljust(40, "x") + "@9999"


def fullest_decision() -> OpenDecision:
    """An open decision with every text at its longest and every list at its cap."""
    return OpenDecision(
        id="e1-9999-123456789012-999",
        once_key="f" * 32,
        campaign=CAMPAIGN,
        kind="cart_abandonment",
        ghost=True,
        sent=True,
        channel="email",
        action=MAX_ACTIONS - 1,
        propensities=(0.1,) * MAX_ACTIONS,
        depths=(0.1,) * MAX_ACTIONS,
        contacts=(True,) * MAX_ACTIONS,
        x=(0.1,) * len(RESPONSE_ROW),
        opened_at=FAR,
        expires_at=FAR,
        margin_rate=0.3,
        offer=Offer(id="o" * 40, kind="percent", value=10_000, min_spend=10**12, cap=10**12),
        coupon="K7Q4-M2XD-9F",
        first=True,
        cost=10**12,
        status="unsubscribed",
        clicked=True,
        purchased=True,
        revenue=10**15,
        discount=10**15,
        risk=0.1,
        pass_probability=0.03,
        earned=10**15,
        stakes=Stakes(0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, (10**12,) * MAX_ACTIONS),
    )


def fullest_attributes() -> Attributes:
    """What a shop told of its customer, at length."""
    return Attributes(
        dict.fromkeys(FIELDS, FAR),
        "02-29",
        "zh-Hans-CN",
        "America/Argentina/ComodRivadavia",
        "界" * 32,
        "CN-310",
        ("email", "push", "sms"),
    )


def stuffed() -> User:
    """Every collection at its cap and every number at its longest, by hand."""
    hashed, stamps = range(2**62, 2**62 + 64), caps.MAX_CAMPAIGN_CONTACTS // caps.MAX_CAMPAIGNS
    opened = fullest_decision()
    message = EndedMessage(CAMPAIGN, "email", FAR, "unsubscribed", clicked=True)
    user = User(
        session_items=dict.fromkeys(hashed[: caps.MAX_SESSION_KEYS], COUNT),
        session_categories=dict.fromkeys(hashed[: caps.MAX_SESSION_KEYS], COUNT),
        interests=dict.fromkeys(hashed[: caps.MAX_INTERESTS], 1.5),
        brands=dict.fromkeys(hashed[: caps.MAX_BRANDS], 1.5),
        cart={item: CartLine(10**6, 10**12) for item in hashed[: caps.MAX_CART_LINES]},
        devices=[*hashed[: caps.MAX_DEVICES]],
        told=fullest_attributes(),
        consent=dict.fromkeys(("push", "sms", "email"), True),
        consent_at=dict.fromkeys(("push", "sms", "email"), FAR),
        recent=bytes(8 * caps.MAX_RECENT),
        contacts=[FAR] * caps.MAX_CONTACTS,
        campaign_contacts={own: [FAR] * (stamps + 1) for own in hashed[: caps.MAX_CAMPAIGNS]},
        enrolled=dict.fromkeys(hashed[: caps.MAX_CAMPAIGNS], FAR),
        open=[opened] * caps.MAX_OPEN,
        ended={f"{opened.id}{n}": message for n in range(caps.MAX_ENDED)},
        sighted=dict.fromkeys(hashed[: caps.MAX_SIGHTED], 2**15),
        bought=[*hashed[: caps.MAX_BOUGHT]],
        ring=caps.RingMark("r123456789012", FAR, 0.9, 64, dict.fromkeys(get_args(EntityKind), 16), FAR),
        timers={f"close:{opened.id}{n}": Timer(FAR) for n in range(caps.MAX_OPEN)} | {"idle:": Timer(FAR)},
    )
    for field in User.__struct_fields__:
        if getattr(user, field) == 0 and isinstance(getattr(user, field), int):
            setattr(user, field, FAR)
    user.linked_at = 0
    user.times = user.places = user.answers = user.choices = 2**63 - 1
    return user


def stuffed_visitor() -> User:
    """Linked to a customer with the longest token; a visitor enrols nowhere, is told of nowhere, and is no account."""
    user = structs.replace(stuffed(), linked="t" * 1398, linked_at=FAR, enrolled={}, told=None, sighted={}, ring=None)
    user.timers["hand:"] = Timer(FAR)
    return user


@pytest.mark.parametrize("profile", [stuffed(), stuffed_visitor()], ids=["customer", "visitor"])
def test_what_the_caps_allow_is_under_16_kb(profile: User) -> None:
    """The sum over all collections at their caps, the budget of the waits' texts included, however they got there."""
    assert len(encode_msgpack(profile)) + caps.MAX_WAIT_BYTES + caps.MAX_TIMERS * 20 <= MOST_BYTES


@pytest.mark.parametrize("count", [1, 20])
def test_waits_with_short_texts_are_not_held_back(count: int) -> None:
    """The budget of their texts is for hostile ids: campaigns and events as shops have them are limited by number."""
    told = crowded(count)
    told.happens("u", "add_to_cart", item="i-301", category="shoes.running")
    waits = [name for name in told.user("u").timers if name.startswith("wait:")]
    assert len(waits) == count


def test_sums_stand_still_before_they_cannot_be_encoded() -> None:
    """A bot that buys for a million millions five thousand times a second passes 63 bits in half an hour."""
    told = crowded(2)
    told.consents("u", push=True, sms=True, email=True)
    live(told, "favourite", 1, 1)
    user = told.user("u")
    user.amounts = user.refunded = user.open[0].revenue = user.open[0].discount = caps.MOST_MONEY
    told.fold.state.order_amounts = caps.MOST_MONEY
    for number in range(30):
        live(told, "purchase" if number % 3 else "refund", number, number)
    assert size(told) <= MOST_BYTES
    assert told.fold.cut()
    told.waits(81 * 1440)
    assert told.closed()


def test_a_wait_that_has_no_room_is_left_out() -> None:
    """The longest texts take the budget sooner; windows and idleness keep their place."""
    told = crowded(30)
    told.consents("u", push=True, sms=True, email=True)
    live(told, "add_to_cart", 1, 1)
    timers = told.user("u").timers
    assert 0 < sum(name.startswith("wait:") for name in timers) < caps.MAX_TIMERS - caps.MAX_OPEN - 1
    assert "idle:" in timers
    for _ in range(2 * caps.MAX_OPEN):
        told.at += 8 * MINUTE
        live(told, "favourite", 2, 2)
    user = told.user("u")
    assert {f"close:{opened.id}" for opened in user.open} <= set(user.timers)
