import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.codec import decode_msgpack, encode_msgpack
from schemas.events import Event, OrderLine
from schemas.money import Money
from schemas.outcomes import Outcome
from schemas.records import EventTaken, LineTaken
from streams.intake.cleaning import check_user, clean_event, clean_moment, clean_outcome
from streams.intake.fields import MAX_AHEAD
from streams.intake.validation import Rejection
from streams.money import DECIMALS

NOW = 1_793_498_281_500
VIEW = Event(event_id="e", type="view", occurred_at=NOW, user_id="u", source="app")


def cleaned(event: Event, arrival: int | None = NOW) -> EventTaken:
    """The event, which must be taken."""
    found = clean_event(event, arrival)
    assert isinstance(found, EventTaken), found
    return found


@pytest.mark.parametrize("time", [NOW // 1000, NOW * 1000, NOW * 1_000_000])
def test_times_in_other_units_are_repaired(time: int) -> None:
    """Seconds, microseconds and nanoseconds become milliseconds, and the field is listed."""
    taken = cleaned(replace(VIEW, occurred_at=time))
    assert taken.occurred_at // 1000 == NOW // 1000
    assert taken.repaired == ("occurred_at",)


def test_a_clock_that_is_ahead_is_set_to_the_arrival() -> None:
    """What happened cannot have happened after it came; the event counts all the same."""
    for ahead in (1, 5 * 60_000, MAX_AHEAD):
        taken = cleaned(replace(VIEW, occurred_at=NOW + ahead))
        assert (taken.occurred_at, taken.repaired) == (NOW, ("occurred_at",))


def test_a_source_log_has_no_arrival_to_compare_with() -> None:
    """With clock source the event time is the time."""
    assert cleaned(replace(VIEW, occurred_at=NOW + 10 * MAX_AHEAD), None).repaired == ()


def test_what_is_right_is_left_alone() -> None:
    """Nothing is listed as repaired; absent texts are empty and absent money is −1."""
    taken = cleaned(VIEW)
    assert (taken.repaired, taken.price, taken.amount, taken.currency, taken.item) == ((), -1, -1, "", "")
    assert taken.stable


def test_an_anonymous_event_is_not_stable() -> None:
    """Only stable ids enrol into experiments."""
    assert not cleaned(replace(VIEW, user_id=None, anonymous_id="a")).stable


def test_an_order_is_summed() -> None:
    """The amount is the sum over lines, in minor units, and its currency that of the lines."""
    lines = (OrderLine(item_id="a", quantity=2, price=Money(150, "eur")), OrderLine(item_id="b", price=Money(5, "EUR")))
    taken = cleaned(replace(VIEW, type="purchase", order_id="o", lines=lines))
    assert (taken.amount, taken.currency) == (305, "EUR")
    assert taken.lines[0] == LineTaken("a", "", 2, 150)
    assert taken.repaired == ("lines[0].price.currency",)


def test_an_order_with_a_missing_price_has_no_amount() -> None:
    """A sum over some lines would be a wrong sum."""
    lines = (OrderLine(item_id="a"), OrderLine(item_id="b", price=Money(5, "EUR")))
    assert cleaned(replace(VIEW, type="purchase", order_id="o", lines=lines)).amount == -1


def test_a_long_text_is_cut_and_a_long_id_is_refused() -> None:
    """A cut id would be somebody else's."""
    assert cleaned(replace(VIEW, item_id="i" * 300)).repaired == ("item_id",)
    assert clean_event(replace(VIEW, event_id="e" * 300), NOW) == Rejection(
        "impossible_value", "event_id", "event_id: 300 characters; an id has at most 256"
    )


@pytest.mark.parametrize("user", ["u" * 257, "a\x00b", "a\x1fb", "a\nb"])
def test_ids_that_no_shop_means_are_refused(user: str) -> None:
    """Control characters would let a customer pose as an anonymous visitor."""
    assert check_user("user_id", user) is not None


@pytest.mark.parametrize(
    ("event", "field"),
    [
        (replace(VIEW, occurred_at=0), "occurred_at"),
        (replace(VIEW, occurred_at=-NOW), "occurred_at"),
        (replace(VIEW, occurred_at=10**40), "occurred_at"),
        (replace(VIEW, occurred_at=NOW + MAX_AHEAD + 1), "occurred_at"),
        (replace(VIEW, price=Money(-1, "EUR")), "price.value"),
        (replace(VIEW, price=Money(10**13, "EUR")), "price.value"),
        (replace(VIEW, price=Money(1, "XXX")), "price.currency"),
        (replace(VIEW, price=Money(1, "")), "price.currency"),
        (replace(VIEW, quantity=0), "quantity"),
        (replace(VIEW, quantity=10**30), "quantity"),
        (replace(VIEW, lines=(OrderLine(item_id="a", quantity=-2),)), "lines[0].quantity"),
        (replace(VIEW, lines=(OrderLine(item_id="a", price=Money(-2, "EUR")),)), "lines[0].price.value"),
        (
            replace(VIEW, price=Money(1, "USD"), lines=(OrderLine(item_id="a", price=Money(2, "EUR")),)),
            "lines[0].price.currency",
        ),
        (replace(VIEW, lines=(OrderLine(item_id="a", quantity=10**6, price=Money(10**12, "EUR")),)), "lines"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(event: Event, field: str) -> None:
    """Impossible values never reach a profile."""
    found = clean_event(event, NOW)
    assert isinstance(found, Rejection)
    assert (found.reason, found.field) == ("impossible_value", field)


def test_outcomes_and_requests_follow_the_same_rules() -> None:
    """A negative cost and an impossible time are refused, a missing cost is −1."""
    outcome = Outcome(outcome_id="o", trigger_id="t", user="v", status="failed", occurred_at=NOW)
    assert getattr(clean_outcome(outcome, NOW), "cost", None) == -1
    assert isinstance(clean_outcome(replace(outcome, cost=Money(-1, "EUR")), NOW), Rejection)
    assert clean_moment("r", NOW // 1000, NOW) == NOW // 1000 * 1000
    assert isinstance(clean_moment("r" * 300, NOW, NOW), Rejection)


TEXTS = st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
INTEGERS = st.integers() | st.integers(-5, 5) | st.integers(NOW // 1000, NOW * 2)
MONEY = st.one_of(st.none(), st.builds(Money, INTEGERS, st.sampled_from(["EUR", "eur ", "x", ""])))
LINES = st.lists(st.builds(OrderLine, item_id=st.text(max_size=3), quantity=INTEGERS, price=MONEY), max_size=3)
EVENTS = st.builds(
    Event,
    event_id=st.text(st.characters(exclude_categories=["Cs"]), max_size=300),
    type=st.sampled_from(["view", "purchase"]),
    occurred_at=INTEGERS,
    item_id=TEXTS,
    coupon_code=TEXTS,
    quantity=INTEGERS,
    price=MONEY,
    lines=LINES.map(tuple),
)


@given(event=EVENTS, arrival=st.one_of(st.none(), st.just(NOW)))
def test_whatever_is_taken_is_clean_and_fits_the_log(event: Event, arrival: int | None) -> None:
    """Cleaning never raises; what it takes has sane values and survives the wire."""
    taken = clean_event(event, arrival)
    if isinstance(taken, Rejection):
        assert taken.reason == "impossible_value"
        assert taken.field
        return
    assert decode_msgpack(encode_msgpack(taken), EventTaken) == taken
    assert 0 < taken.occurred_at <= (arrival or 2**62)
    assert taken.quantity >= 1
    assert min(taken.price, taken.amount) >= -1
    assert taken.currency in {"", *DECIMALS}
    assert max(map(len, (taken.item, taken.coupon, taken.event_id))) <= 256


@given(event=EVENTS)
def test_cleaning_twice_changes_nothing_more(event: Event) -> None:
    """A clean time and currency are left as they are."""
    taken = clean_event(event, NOW)
    if isinstance(taken, EventTaken):
        price = Money(taken.price, taken.currency) if event.price else None
        again = clean_event(replace(event, occurred_at=taken.occurred_at, price=price), NOW)
        assert isinstance(again, EventTaken)
        assert again.occurred_at == taken.occurred_at
        assert not {"occurred_at", "price.currency"} & set(again.repaired)
