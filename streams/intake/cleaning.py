"""What is plainly meant is repaired and listed; what cannot be is refused; what is missing stays visibly missing.

Repaired: times in seconds, microseconds or nanoseconds; times ahead of their arrival by at most a day (a customer's
wrong clock or zone) become the arrival; currencies in lower case; texts over 256 characters are cut.
Refused: other times, negative money, quantities under one, unknown or mixed currencies, ids that are too long.
"""

from collections.abc import Callable
from typing import TypeVar

from schemas.catalogue import CatalogueItem
from schemas.customers import Customer
from schemas.events import Event, OrderLine
from schemas.outcomes import Outcome
from schemas.records import AttributesTold, EventTaken, ItemTold, LineTaken, OutcomeTaken
from streams.intake.customers import attributes
from streams.intake.fields import (
    MAX_MONEY,
    TEXT,
    UNKNOWN,
    Impossible,
    clean_identity,
    clean_money,
    clean_quantity,
    clean_text,
    clean_time,
)
from streams.intake.items import item_told
from streams.intake.validation import Rejection

T = TypeVar("T")


def _line(at: str, line: OrderLine, repaired: list[str]) -> tuple[LineTaken, str]:
    price, currency = clean_money(f"{at}.price", line.price, repaired)
    item = clean_text(f"{at}.item_id", line.item_id, repaired)
    category = clean_text(f"{at}.category", line.category, repaired)
    return LineTaken(item, category, clean_quantity(f"{at}.quantity", line.quantity), price), currency


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
    price, currency = clean_money("price", event.price, repaired) if event.price is not None else (UNKNOWN, "")
    payment = clean_text("payment_hash", event.payment_hash, repaired)
    lines, amount, currency = _order(event, currency, repaired) if event.lines else ((), UNKNOWN, currency)
    return EventTaken(
        event_id=clean_identity("event_id", event.event_id),
        type=event.type,
        occurred_at=clean_time("occurred_at", event.occurred_at, arrival, repaired),
        session=clean_text("session_id", event.session_id, repaired),
        item=clean_text("item_id", event.item_id, repaired),
        category=clean_text("category", event.category, repaired),
        quantity=clean_quantity("quantity", event.quantity),
        price=price,
        currency=currency,
        device=clean_text("device_id", event.device_id, repaired),
        address=clean_text("address_hash", event.address_hash, repaired),
        order=clean_text("order_id", event.order_id, repaired),
        lines=lines,
        amount=amount,
        coupon=clean_text("coupon_code", event.coupon_code, repaired).strip(),
        source=clean_text("source", event.source, repaired),
        stable=bool(event.user_id),
        brand=clean_text("brand", event.brand, repaired),
        repaired=tuple(repaired),
        payment=payment,
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
            clean_identity("outcome_id", outcome.outcome_id),
            clean_identity("trigger_id", outcome.trigger_id),
            outcome.status,
            clean_time("occurred_at", outcome.occurred_at, arrival, []),
            clean_text("reason", outcome.reason, []),
            outcome.retryable,
            clean_money("cost", outcome.cost, [])[0],
        )
    )


def clean_customer(customer: Customer, arrival: int | None) -> AttributesTold | Rejection:
    """The attributes as the log holds them."""
    return _or_rejection(lambda: attributes(customer, arrival))


def clean_item(message: CatalogueItem, arrival: int | None) -> ItemTold | Rejection:
    """The item as the log holds it."""
    return _or_rejection(lambda: item_told(message, arrival))


def clean_moment(request_id: str, time: int, arrival: int | None) -> int | Rejection:
    """The time (ms) of the privacy request of that id."""

    def moment() -> int:
        clean_identity("request_id", request_id)
        return clean_time("occurred_at", time, arrival, [])

    return _or_rejection(moment)


def _or_rejection(clean: Callable[[], T]) -> T | Rejection:
    try:
        return clean()
    except Impossible as impossible:
        return Rejection("impossible_value", impossible.field, f"{impossible.field}: {impossible}")
