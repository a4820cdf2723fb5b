"""What is plainly meant is repaired and listed; what cannot be is refused; what is missing stays visibly missing.

Repaired: times in seconds, microseconds or nanoseconds; times ahead of their arrival by at most a day (a customer's
wrong clock or zone) become the arrival; currencies in lower case; texts over 256 characters are cut.
Refused: other times, negative money, quantities under one, unknown or mixed currencies, ids that are too long.
"""

from collections.abc import Callable
from typing import TypeVar

from schemas.events import Event, OrderLine
from schemas.money import Money
from schemas.outcomes import Outcome
from schemas.records import EventTaken, LineTaken, OutcomeTaken
from streams.intake.currencies import DECIMALS
from streams.intake.validation import Rejection

TEXT = 256
"""The longest text (characters) that is kept, and the longest id that is taken."""
MAX_AHEAD = 86_400_000
"""An event time further ahead (ms) of its arrival says nothing about when the event happened."""
EARLIEST = 100_000_000_000
"""1973 in ms: anything smaller was meant in seconds."""
LATEST = 4_102_444_800_000
"""The year 2100 in ms."""
MAX_MONEY = 10**12
MAX_QUANTITY = 10**6
UNKNOWN = -1

T = TypeVar("T")


class Impossible(Exception):  # noqa: N818 - caught within this module
    """A field's value cannot be."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def clean_time(field: str, time: int, arrival: int | None, repaired: list[str]) -> int:
    """``time`` in ms, at most ``arrival`` (None: no bound but the year 2100).

    Raises:
        Impossible: before 1973, after 2100, or more than a day ahead of its arrival.

    """
    cleaned = time
    if not EARLIEST <= time < LATEST:
        cleaned = _in_milliseconds(field, time)
        repaired.append(field)
    if arrival is not None and cleaned > arrival:
        if cleaned - arrival > MAX_AHEAD:
            raise Impossible(field, f"{time} is more than a day ahead of its arrival")
        cleaned = arrival
        if field not in repaired:
            repaired.append(field)
    return cleaned


def _in_milliseconds(field: str, time: int) -> int:
    if EARLIEST <= time * 1000 < LATEST:
        return time * 1000
    for divisor in (1_000, 1_000_000):
        if EARLIEST <= time // divisor < LATEST:
            return time // divisor
    raise Impossible(field, f"{time} is no time in milliseconds between 1973 and 2100")


def _text(field: str, text: str | None, repaired: list[str]) -> str:
    if not text:
        return ""
    if len(text) > TEXT:
        repaired.append(field)
        return text[:TEXT]
    return text


def _identity(field: str, text: str) -> str:
    if len(text) > TEXT:
        raise Impossible(field, f"{len(text)} characters; an id has at most {TEXT}")
    return text


def _money(field: str, money: Money | None, repaired: list[str]) -> tuple[int, str]:
    if money is None:
        return UNKNOWN, ""
    currency = money.currency
    if currency not in DECIMALS:
        currency = currency.strip().upper()
        if currency not in DECIMALS:
            raise Impossible(f"{field}.currency", f"{money.currency[:20]!r} is no ISO 4217 currency")
        repaired.append(f"{field}.currency")
    if not 0 <= money.value <= MAX_MONEY:
        raise Impossible(f"{field}.value", f"{money.value} is not between 0 and {MAX_MONEY} minor units")
    return money.value, currency


def _quantity(field: str, quantity: int) -> int:
    if not 1 <= quantity <= MAX_QUANTITY:
        raise Impossible(field, f"{quantity} is not between 1 and {MAX_QUANTITY}")
    return quantity


def _line(at: str, line: OrderLine, repaired: list[str]) -> tuple[LineTaken, str]:
    price, currency = _money(f"{at}.price", line.price, repaired)
    item = _text(f"{at}.item_id", line.item_id, repaired)
    category = _text(f"{at}.category", line.category, repaired)
    return LineTaken(item, category, _quantity(f"{at}.quantity", line.quantity), price), currency


def _order(event: Event, currency: str, repaired: list[str]) -> tuple[tuple[LineTaken, ...], int, str]:
    lines = []
    for number, line in enumerate(event.lines):
        taken, own = _line(f"lines[{number}]", line, repaired)
        if own and currency and own != currency:
            raise Impossible(f"lines[{number}].price.currency", f"{own} in an order in {currency}")
        currency = currency or own
        lines.append(taken)
    known = all(line.price >= 0 for line in lines)
    amount = sum(line.quantity * line.price for line in lines) if known else UNKNOWN
    if amount > MAX_MONEY:
        raise Impossible("lines", f"the order's sum {amount} is over {MAX_MONEY} minor units")
    return tuple(lines), amount, currency


def _taken(event: Event, arrival: int | None) -> EventTaken:
    repaired: list[str] = []
    price, currency = _money("price", event.price, repaired) if event.price is not None else (UNKNOWN, "")
    lines, amount, currency = _order(event, currency, repaired) if event.lines else ((), UNKNOWN, currency)
    return EventTaken(
        event_id=_identity("event_id", event.event_id),
        type=event.type,
        occurred_at=clean_time("occurred_at", event.occurred_at, arrival, repaired),
        session=_text("session_id", event.session_id, repaired),
        item=_text("item_id", event.item_id, repaired),
        category=_text("category", event.category, repaired),
        quantity=_quantity("quantity", event.quantity),
        price=price,
        currency=currency,
        device=_text("device_id", event.device_id, repaired),
        address=_text("address_hash", event.address_hash, repaired),
        order=_text("order_id", event.order_id, repaired),
        lines=lines,
        amount=amount,
        coupon=_text("coupon_code", event.coupon_code, repaired).strip(),
        source=_text("source", event.source, repaired),
        stable=bool(event.user_id),
        repaired=tuple(repaired),
    )


def check_user(field: str, user: str) -> Rejection | None:
    """Whether a user id may become a token: at most 256 printable characters."""
    if len(user) > TEXT or not user.isprintable():
        return Rejection("impossible_value", field, f"{field}: an id has at most {TEXT} printable characters")
    return None


def clean_event(event: Event, arrival: int | None) -> EventTaken | Rejection:
    """The event as the log holds it; ``arrival`` in ms bounds its time (None on a log with clock ``source``)."""
    return _or_rejection(lambda: _taken(event, arrival))


def clean_outcome(outcome: Outcome, arrival: int | None) -> OutcomeTaken | Rejection:
    """The outcome as the log holds it; its cost is negative where not reported."""
    return _or_rejection(
        lambda: OutcomeTaken(
            _identity("outcome_id", outcome.outcome_id),
            _identity("trigger_id", outcome.trigger_id),
            outcome.status,
            clean_time("occurred_at", outcome.occurred_at, arrival, []),
            _text("reason", outcome.reason, []),
            outcome.retryable,
            _money("cost", outcome.cost, [])[0],
        )
    )


def clean_moment(request_id: str, time: int, arrival: int | None) -> int | Rejection:
    """The time (ms) of the privacy request of that id."""

    def moment() -> int:
        _identity("request_id", request_id)
        return clean_time("occurred_at", time, arrival, [])

    return _or_rejection(moment)


def _or_rejection(clean: Callable[[], T]) -> T | Rejection:
    try:
        return clean()
    except Impossible as impossible:
        return Rejection("impossible_value", impossible.field, f"{impossible.field}: {impossible}")
