"""A row of a history → an event of the contract; what the history lacks is made up the same way every time."""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any, NamedTuple

from agents.histories.mapping import Column, Mapping
from agents.histories.rows import Row
from agents.histories.values import Conversion, Unfit, number, price_of, text, time_of, type_of
from schemas.events import Event, OrderLine


class Unreadable(NamedTuple):
    """A row without an event: its number, the column at fault (empty: the whole row), why, the original bytes."""

    row: int
    column: str
    message: str
    raw: bytes


class Reading:
    """Makes events of rows as a mapping says. Made-up ids contain the file's digest, never a customer's id."""

    def __init__(self, mapping: Mapping, digest: str) -> None:
        self._digest = digest
        self._defaults = mapping.defaults
        self._fields = mapping.fields()
        self._conversions = _conversions(mapping)

    @property
    def wanted(self) -> list[Column]:
        """The columns whose values ``event`` expects, in this order."""
        return list(self._fields.values())

    def event(self, row: Row) -> Event | Unreadable:
        """The event of a row."""
        if row.problem:
            return Unreadable(row.number, "", row.problem, row.raw)
        found: dict[str, Any] = {"source": self._defaults.source, "type": self._defaults.type}
        for (field, column), cell in zip(self._fields.items(), row.values, strict=True):
            try:
                value = self._conversions[field](cell)
            except Unfit as unfit:
                shown = text(cell)
                return Unreadable(row.number, str(column), f'column "{column}" is {_quoted(shown)}: {unfit}', row.raw)
            if value is not None:
                found[field] = value
        return self._completed(row.number, found)

    def _completed(self, row: int, found: dict[str, Any]) -> Event:
        found.setdefault("event_id", f"{self._digest}-{row}")
        if found["type"] in {"purchase", "refund"}:
            found.setdefault("order_id", self._order_id(found))
            found["lines"] = tuple(_lines(found))
        return Event(**found)

    def _order_id(self, found: dict[str, Any]) -> str:
        """One order per user and second; hashed, because orders stand in the log and user ids must not."""
        user = found.get("user_id") or found.get("anonymous_id") or ""
        key = f"{self._digest}|{user}|{found['occurred_at'] // 1000}"
        return f"{self._digest}-o{blake2b(key.encode(), digest_size=6).hexdigest()}"


def _conversions(mapping: Mapping) -> dict[str, Conversion]:
    columns = mapping.columns
    conversions: dict[str, Conversion] = dict.fromkeys(mapping.fields(), text)
    conversions |= {"occurred_at": time_of(columns.time), "quantity": number}
    if columns.kind is not None:
        conversions["type"] = type_of(columns.kind)
    if columns.price is not None:
        conversions["price"] = price_of(columns.price)
    return conversions


def _lines(found: dict[str, Any]) -> Iterable[OrderLine]:
    if "item_id" in found:
        yield OrderLine(
            item_id=found["item_id"],
            quantity=found.get("quantity", 1),
            price=found.get("price"),
            category=found.get("category"),
        )


def _quoted(shown: str | None) -> str:
    return "empty" if shown is None else f'"{shown[:60]}"'
