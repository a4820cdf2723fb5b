"""An anonymous visitor becomes a customer: the history moves once, through the log, whatever is repeated or cut."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from schemas.codec import decode_record, encode_json, encode_msgpack
from schemas.customers import Customer
from schemas.events import Event
from schemas.money import Money
from schemas.privacy import PrivacyRequest
from schemas.records import HistoryHanded
from schemas.topics import BROWSES, CUSTOMERS, HANDOVERS, PRIVACY
from streams.fold import DecideFold
from streams.folding import LogRecord, Output
from streams.intake.messages import SourceRecord
from streams.models.store import ModelStore
from streams.profiles.erasures import ERASED_FOR
from streams.profiles.user import User
from streams.state import FoldSettings
from streams.system import System, SystemSettings
from tests.making.checkpoints import checkpoint
from tests.making.events import AT
from tests.making.logs import BROWSE, CART, MINUTE, POLICIES

FOLD = FoldSettings(coupon_key=bytes(32), global_holdout=0.0)
KINDS = ("view", "click", "favourite", "add_to_cart", "search")
Step = tuple[str, int, int, int]
steps = st.lists(
    st.tuples(
        st.sampled_from(("visits", "visits", "shops", "shops", "links", "consents", "repeats", "waits")),
        st.integers(0, 2),
        st.integers(0, len(KINDS) - 1),
        st.integers(0, 90),
    ),
    max_size=40,
)


class Shop:
    """A shop of three browsers and three customers; what is told happens a moment after the last."""

    def __init__(self) -> None:
        self.system = System(
            SystemSettings(token_key=bytes(64), fold=FOLD, partitions=3, keep_log=True), (CART, BROWSE), POLICIES
        )
        self.at = AT
        self.events = 0
        self.handed: list[Output] = []
        self._last: tuple[str, bytes] = (CUSTOMERS, encode_json(self.link(0, 0)))

    def live(self, step: Step) -> None:
        """One step."""
        what, who, kind, minutes = step
        self.at += 1 + minutes * MINUTE * (what == "waits")
        if what in ("visits", "shops"):
            self.happens(what, who, KINDS[kind])
        elif what == "links":
            self.tell(CUSTOMERS, self.link(who, (who + kind) % 3))
        elif what == "consents":
            channels: dict[Any, bool] = {"push": bool(kind), "sms": True}
            request = PrivacyRequest(
                request_id=f"r{self.at}", user_id=f"u{who}", kind="consent", occurred_at=self.at, channels=channels
            )
            self.tell(PRIVACY, request)
        elif what == "repeats":
            self.system.feed(self._last[0], b"", self._last[1], self.at)
        self.collect()

    def happens(self, what: str, who: int, kind: str, **fields: Any) -> None:
        """An event of a browser (visits) or of a customer (shops)."""
        named: dict[str, Any] = {"anonymous_id": f"a{who}"} if what == "visits" else {"user_id": f"u{who}"}
        self.events += 1
        event = Event(
            event_id=f"e{self.events}",
            type=kind,  # type: ignore[arg-type] # one of the types
            occurred_at=self.at,
            item_id=f"i{self.events % 3}",
            category="c",
            price=Money(5_000, "CNY"),
            **named,
        )
        self.tell(BROWSES, structs.replace(event, **fields))

    def link(self, browser: int, customer: int) -> Customer:
        """Browser so and so is that customer."""
        return Customer(
            message_id=f"l{self.at if hasattr(self, 'at') else 0}",
            user_id=f"u{customer}",
            kind="identity_linked",
            occurred_at=self.at,
            anonymous_id=f"a{browser}",
        )

    def tell(self, topic: str, message: Any) -> None:
        """The platform publishes."""
        self._last = topic, encode_json(message)
        self.system.feed(topic, b"", self._last[1], self.at)
        self.collect()

    def collect(self) -> None:
        """Take what was written."""
        self.system.advance(self.at)
        self.handed += [output for _, output in self.system.take() if output.topic == HANDOVERS]

    def token(self, user: str) -> str:
        """A customer's or browser's token, a browser's being ``a0`` and so on."""
        tokens = self.system.intake._preparer._taker._tokens
        return tokens.token("\x1f" + user if user.startswith("a") else user)

    def user(self, name: str) -> User:
        """A profile, empty if there is none."""
        found = [fold.users.get(self.token(name)) for fold in self.system.decide]
        return next((user for user in found if user is not None), User())

    def profiles(self) -> dict[str, User]:
        """All profiles by token."""
        return {token: user for fold in self.system.decide for token, user in fold.users}


def bytes_of(fold: DecideFold) -> tuple[bytes, list[tuple[bytes, bytes | None]]]:
    """All that a checkpoint would hold."""
    head = fold.cut()
    return head, sorted(fold.encode_frozen(10**6))


def refolded(log: list[LogRecord], piece: int, partition: int) -> tuple[DecideFold, list[Output]]:
    """The log folded again in pieces of so many records, with a checkpoint and a restore between any two."""
    fold, outputs = DecideFold(partition, FOLD, ModelStore()), list[Output]()
    entries: dict[bytes, bytes] = {}
    for number, record in enumerate(log):
        if number % piece == 0:
            head = checkpoint(fold, entries)
            fold = DecideFold(partition, FOLD, ModelStore())
            fold.restore(head, entries.items())
        fold.fold((record,), outputs)
    return fold, outputs


@settings(max_examples=40, deadline=None)
@given(steps)
def test_nothing_is_lost_and_nothing_counted_twice(drawn: list[Step]) -> None:
    """However browsers are linked, again, to others, with repeated messages: events and sessions are conserved."""
    shop = Shop()
    for step in drawn:
        shop.live(step)
    assert sum(user.events for user in shop.profiles().values()) == shop.events
    assert not any(fold.state.poisoned for fold in shop.system.decide)


@settings(max_examples=25, deadline=None)
@given(steps, st.integers(1, 5))
def test_any_split_of_the_log_gives_the_same_bytes(drawn: list[Step], piece: int) -> None:
    """Profiles, heads and what is handed over."""
    shop = Shop()
    for step in drawn:
        shop.live(step)
    again = [refolded(log, piece, number) for number, log in enumerate(shop.system.logs)]
    handed = [output for _, outputs in again for output in outputs if output.topic == HANDOVERS]
    assert sorted(handed) == sorted(shop.handed)
    for (fold, _), own in zip(again, shop.system.decide, strict=True):
        assert sorted((token, encode_msgpack(user)) for token, user in fold.users) == sorted(
            (token, encode_msgpack(user)) for token, user in own.users
        )
        assert fold.state.encoded() == own.state.encoded()


@settings(max_examples=25, deadline=None)
@given(steps, st.integers(0, 50))
def test_a_doubled_handover_is_taken_once(drawn: list[Step], place: int) -> None:
    """``decide`` sends again in recovery, ``intake`` may repeat: the origin tells."""
    shop = Shop()
    for step in drawn:
        shop.live(step)
    before = {token: encode_msgpack(user) for token, user in shop.profiles().items()}
    for output in shop.handed[place % (len(shop.handed) + 1) :]:
        copies = shop.system.intake.fold(HANDOVERS, 0, (_source(output),), shop.at)
        for copy in copies:
            shop.system._append(copy.partition or 0, copy.key, copy.value)
    assert {token: encode_msgpack(user) for token, user in shop.profiles().items()} == before


def _source(output: Output) -> SourceRecord:
    return SourceRecord(10**6, AT, output.key, output.value)


def test_a_customer_has_what_the_visitor_did() -> None:
    """Views, cart and interests as if they had been the customer's own; the visitor's profile is empty."""
    shop, same = Shop(), Shop()
    for number, kind in enumerate(("view", "view", "favourite", "add_to_cart")):
        shop.at = same.at = AT + number * MINUTE
        shop.happens("visits", 0, kind)
        same.happens("shops", 0, kind)
    shop.tell(CUSTOMERS, shop.link(0, 0))
    mine, expected = shop.user("u0"), same.user("u0")
    for field in ("events", "views", "favourites", "carts", "interests", "sessions", "times", "session_events"):
        assert getattr(mine, field) == pytest.approx(getattr(expected, field)), field
    assert mine.cart == expected.cart
    assert (shop.user("a0").events, shop.user("a0").cart, shop.user("a0").interests) == (0, {}, {})


def test_a_second_link_hands_over_only_what_came_since() -> None:
    """And one without news hands over nothing."""
    shop = Shop()
    shop.happens("visits", 0, "view")
    shop.tell(CUSTOMERS, shop.link(0, 0))
    shop.tell(CUSTOMERS, shop.link(0, 0))
    assert len(shop.handed) == 1
    shop.at += MINUTE
    shop.happens("visits", 0, "view")
    shop.tell(CUSTOMERS, shop.link(0, 1))
    assert (len(shop.handed), shop.user("u0").events, shop.user("u1").events) == (2, 1, 1)


def test_what_a_linked_visitor_does_later_follows_when_the_session_is_over() -> None:
    """Not while it goes on, and not a second time."""
    shop = Shop()
    shop.happens("visits", 0, "view")
    shop.tell(CUSTOMERS, shop.link(0, 0))
    for _ in range(3):
        shop.at += 20 * MINUTE
        shop.happens("visits", 0, "view")
    assert (shop.user("u0").events, shop.user("a0").events) == (1, 3)
    shop.at += 31 * MINUTE
    shop.collect()
    assert (shop.user("u0").events, shop.user("a0").events, shop.user("u0").sessions) == (4, 0, 2)
    shop.at += 300 * MINUTE
    shop.collect()
    assert len(shop.handed) == 2


def test_a_link_may_be_heard_before_the_events() -> None:
    """No order is promised between topics; of two links the newest holds, whichever comes last."""
    shop = Shop()
    shop.at += MINUTE
    newer = shop.link(0, 0)
    shop.tell(CUSTOMERS, newer)
    shop.tell(CUSTOMERS, structs.replace(shop.link(0, 1), occurred_at=shop.at - MINUTE))
    shop.happens("visits", 0, "add_to_cart")
    shop.at += 31 * MINUTE
    shop.collect()
    assert (shop.user("u0").events, shop.user("u1").events, shop.user("a0").events) == (1, 0, 0)


def test_a_link_of_a_visitor_who_never_comes_is_forgotten_after_a_day() -> None:
    """A shop that publishes all its old links must not fill the memory for half a year."""
    shop = Shop()
    for browser in range(2):
        shop.tell(CUSTOMERS, shop.link(browser, 0))
    shop.happens("visits", 1, "view")
    shop.at += 1441 * MINUTE
    shop.collect()
    assert [shop.token(f"a{browser}") in shop.profiles() for browser in range(2)] == [False, True]


def test_a_visitor_of_an_erased_customer_does_not_bring_the_customer_back() -> None:
    """Neither soon after the erasure nor when it has long been forgotten."""
    for days in (1, 30):
        shop = Shop()
        shop.happens("visits", 0, "view")
        shop.tell(CUSTOMERS, shop.link(0, 0))
        shop.at += 1
        shop.tell(PRIVACY, PrivacyRequest(request_id="x", user_id="u0", kind="erasure", occurred_at=shop.at))
        shop.at += days * 1440 * MINUTE
        if days > ERASED_FOR // 86_400_000:
            for fold in shop.system.decide:
                fold.state.erased.clear()
        shop.happens("visits", 0, "view")
        shop.at += 31 * MINUTE
        shop.collect()
        assert (len(shop.handed), shop.token("u0") in shop.profiles()) == (2, False)


def test_limits_and_consent_of_the_customer_stay() -> None:
    """A visitor's no is not the customer's, nor are the messages; the visitor keeps what was sent and allowed."""
    shop = Shop()
    for who in ("shops", "visits"):
        shop.happens(who, 0, "view")
    customer, visitor = shop.user("u0"), shop.user("a0")
    customer.consent, customer.contacts, customer.messages = {"push": True}, [AT], 1
    visitor.consent, visitor.contacts, visitor.messages = {"push": False}, [AT - 5, AT], 2
    shop.tell(CUSTOMERS, shop.link(0, 0))
    assert (customer.consent, customer.contacts, customer.messages) == ({"push": True}, [AT], 1)
    assert (visitor.consent, visitor.contacts, visitor.messages) == ({"push": False}, [AT - 5, AT], 2)
    assert (customer.events, visitor.events) == (2, 0)


def test_what_waited_for_the_visitor_waits_no_longer() -> None:
    """A timer would find an empty cart."""
    shop = Shop()
    shop.happens("visits", 0, "add_to_cart")
    assert any(name.startswith("wait:") for name in shop.user("a0").timers)
    shop.tell(CUSTOMERS, shop.link(0, 0))
    assert not any(name.startswith("wait:") for name in shop.user("a0").timers)


def test_a_history_of_another_epoch_is_dropped() -> None:
    """Its log's offsets mean nothing in this one, and would make everything later look like a repeat."""
    shop = Shop()
    shop.happens("visits", 0, "view")
    shop.tell(CUSTOMERS, shop.link(0, 0))
    record = decode_record(shop.handed[0].value)
    assert isinstance(record.body, HistoryHanded)
    old = structs.replace(record, body=structs.replace(record.body, epoch="e0"))
    assert shop.system.intake.fold(HANDOVERS, 0, (_source(Output("", b"", encode_msgpack(old), ())),), shop.at) == []
