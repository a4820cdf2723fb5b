"""Single events and users for unit tests."""

from typing import Any

from msgspec import structs

from schemas.records import EventTaken, LineTaken

AT = 1_790_000_000_000

_PLAIN = EventTaken("e1", "view", AT, "", "i1", "c1", 1, -1, "CNY", "", "", "", (), -1, "", "app", stable=True)


def taken(kind: str = "view", at: int = AT, **fields: Any) -> EventTaken:
    """An event as intake hands it on; purchases and refunds get one line and an amount from ``price``."""
    event = structs.replace(_PLAIN, type=kind, occurred_at=at, event_id=f"{kind}-{at}", **fields)
    if kind in ("purchase", "refund") and not event.lines:
        line = LineTaken(event.item, event.category, event.quantity, event.price)
        amount = event.price * event.quantity if event.price >= 0 else -1
        event = structs.replace(event, order="o1", lines=(line,), amount=amount)
    return event
