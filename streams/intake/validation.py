"""Bytes from outside → a message of the contract, or why not. Cheap tests first; nothing here raises."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple, TypeVar, get_args

import msgspec

from schemas.catalogue import CatalogueItem
from schemas.customers import Customer
from schemas.dead_letters import REASONS
from schemas.events import Event, EventType
from schemas.outcomes import Outcome
from schemas.privacy import PrivacyRequest

MAX_BYTES = 256 * 1024
WIRE_PREFIX, WIRE_PREFIX_BYTES = b"\x00", 5
"""Confluent's wire format: a zero and the schema's id (4 bytes) stand before the message."""

T = TypeVar("T", Event, Outcome, PrivacyRequest, Customer, CatalogueItem)

_WHERE = re.compile(r"^(?P<what>.*?)(?: - at `\$?\.?(?P<path>[^`]*)`(?: in `\$\.(?P<parent>[^`]*)`)?)?$", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(?P<field>[^`]+)`")


class Rejection(NamedTuple):
    """Why a message is not taken: a reason of the contract, the JSON path at fault (empty: none), a sentence."""

    reason: str
    field: str
    message: str


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def read(value: bytes, kind: type[T]) -> T | Rejection:
    """A message of ``kind`` from its bytes, with every rule of the contract that needs no other message."""
    if not value:
        return Rejection("not_json", "", "the message is empty")
    if len(value) > MAX_BYTES:
        return Rejection("too_large", "", f"{len(value)} bytes; at most {MAX_BYTES} are taken")
    text = unwrapped(value)
    if isinstance(text, Rejection):
        return text
    try:
        message: T = _decoder(kind).decode(text)
    except msgspec.ValidationError as error:
        return explain(str(error))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Rejection("not_json", "", f"{REASONS['not_json']}: {error}")
    return _broken_rule(message) or message


def unwrapped(value: bytes) -> bytes | Rejection:
    """The JSON behind a schema registry's prefix, if there is one."""
    if value[:1] != WIRE_PREFIX:
        return value
    text = value[WIRE_PREFIX_BYTES:]
    if text.lstrip()[:1] == b"{":
        return text
    told = "starts with 0x00, a schema registry's prefix, and what follows is no JSON but Avro or Protobuf; send JSON"
    return Rejection("unsupported_format", "", told)


def checked(content: Mapping[str, Any], kind: type[T]) -> T | Rejection:
    """A message of ``kind`` from its plain content, by the same rules."""
    try:
        message = msgspec.convert(content, kind)
    except msgspec.ValidationError as error:
        return explain(str(error))
    return _broken_rule(message) or message


def explain(text: str) -> Rejection:
    """The sentence of msgspec about a wrong shape, as a rejection that names the field."""
    found = _WHERE.match(text)
    what, path, parent = found.group("what", "path", "parent") if found else (text, "", None)
    path = parent or path or ""
    missing = _MISSING.match(what)
    if missing:
        field = f"{path}.{missing['field']}".lstrip(".")
        return Rejection("missing_field", field, f"{field} is required")
    if what.startswith("Invalid enum value"):
        wrong = what.removeprefix("Invalid enum value ")[:60]
        if path == "type":
            return Rejection("unknown_type", path, f"type: {wrong} is none of {', '.join(get_args(EventType))}")
        return Rejection("impossible_value", path, f"{path}: {wrong} is not one of the contract's values")
    return Rejection("wrong_type", path, f"{path or 'the message'}: {what[0].lower()}{what[1:]}")


def _missing(field: str, why: str = "is required") -> Rejection:
    return Rejection("missing_field", field, f"{field} {why}")


def _broken_rule(message: Event | Outcome | PrivacyRequest | Customer | CatalogueItem) -> Rejection | None:
    if isinstance(message, Event):
        return _broken_event(message)
    if isinstance(message, Outcome):
        return _first_empty(message, ("outcome_id", "trigger_id", "user"))
    if isinstance(message, CatalogueItem):
        return _broken_item(message)
    if isinstance(message, Customer):
        return _broken_customer(message)
    if message.kind == "consent" and not message.channels:
        return _missing("channels", "must name at least one channel for a consent")
    return _first_empty(message, ("request_id", "user_id"))


def _broken_customer(message: Customer) -> Rejection | None:
    if message.kind == "identity_linked" and not (message.anonymous_id or "").strip():
        return _missing("anonymous_id", "is required to link an identity")
    return _first_empty(message, ("message_id", "user_id"))


def _broken_item(message: CatalogueItem) -> Rejection | None:
    changes = (message.stock, message.pieces, message.price, message.cost)
    if message.kind == "change" and all(told is None for told in changes):
        return _missing("stock", "or pieces, price or cost is required for a change")
    return _first_empty(message, ("item_id",))


def _first_empty(message: msgspec.Struct, fields: tuple[str, ...]) -> Rejection | None:
    return next((_missing(field, "is empty") for field in fields if not getattr(message, field).strip()), None)


def _broken_event(event: Event) -> Rejection | None:
    if not event.event_id:
        return _missing("event_id", "is empty")
    user = event.user_id or event.anonymous_id
    if not user or user.isspace():
        return _missing("user_id", "or anonymous_id is required")
    if event.type not in {"purchase", "refund"}:
        return None
    if not event.order_id:
        return _missing("order_id", f"is required for a {event.type}")
    if not event.lines:
        return _missing("lines", f"must hold at least one line for a {event.type}")
    empty = next((i for i, line in enumerate(event.lines) if not line.item_id), None)
    return None if empty is None else _missing(f"lines[{empty}].item_id", "is empty")
