"""Events in other shapes than the shop's own: CloudEvents and Segment's track. Asked only where the own shape fails."""

from collections.abc import Mapping
from typing import Any

import msgspec

from schemas.events import Event
from streams.intake.adapters import cloudevents, segment
from streams.intake.validation import Rejection, checked, unwrapped

Headers = tuple[tuple[str, bytes], ...]


def adapted(value: bytes, headers: Headers) -> Event | Rejection | None:
    """The event that a message in another shape tells of, or why it cannot be taken; None if it has no such shape."""
    content = _object(value)
    if content is None:
        return None
    attributes = cloudevents.attributes_of(headers)
    if attributes:
        return _event(cloudevents.binary(content, attributes))
    if cloudevents.is_structured(content):
        return _event(cloudevents.structured(content))
    return _event(segment.tracked(content)) if segment.is_track(content) else None


def _object(value: bytes) -> dict[str, Any] | None:
    """The JSON object of these bytes; None if they are none, which the own shape has said already."""
    text = unwrapped(value)
    try:
        content = None if isinstance(text, Rejection) else msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _event(content: Mapping[str, Any] | Rejection) -> Event | Rejection:
    return content if isinstance(content, Rejection) else checked(content, Event)
