"""CloudEvents 1.0 over Kafka, binary and structured: the data is the shop's own JSON, the envelope fills what it lacks.

Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
"""

from collections.abc import Iterable, Mapping
from typing import Any

from streams.intake.adapters.moments import milliseconds
from streams.intake.validation import Rejection

PREFIX = "ce_"
REQUIRED = ("specversion", "id", "source", "type")


def attributes_of(headers: Iterable[tuple[str, bytes]]) -> dict[str, str]:
    """The attributes of a message in binary mode by name; empty if it is none."""
    told = {name.lower(): value for name, value in headers}
    if PREFIX + "specversion" not in told:
        return {}
    own = {name.removeprefix(PREFIX): value for name, value in told.items() if name.startswith(PREFIX)}
    return {name: value.decode("utf-8", "replace") for name, value in own.items()}


def is_structured(content: Mapping[str, Any]) -> bool:
    """Whether the JSON is an envelope."""
    return "specversion" in content


def structured(content: Mapping[str, Any]) -> dict[str, Any] | Rejection:
    """What an envelope holds, in the own shape."""
    if "data" not in content:
        found = "data_base64: send the data as JSON" if "data_base64" in content else "data is required"
        return Rejection("missing_field", "data", found)
    data = content["data"]
    if not isinstance(data, dict):
        return Rejection("wrong_type", "data", "data: expected an object in the shop's own JSON")
    return binary(data, content)


def binary(data: Mapping[str, Any], attributes: Mapping[str, Any]) -> dict[str, Any] | Rejection:
    """The data with what its envelope's ``attributes`` say of id, type and time where it does not say so itself."""
    for name in REQUIRED:
        if not isinstance(attributes.get(name), str) or not attributes[name]:
            return Rejection("missing_field", name, f"{name} is required of a CloudEvent")
    if not attributes["specversion"].startswith("1."):
        said = attributes["specversion"][:20]
        return Rejection("unsupported_format", "specversion", f"specversion: CloudEvents {said} is not read, but 1.0")
    filled = {"event_id": attributes["id"], "type": attributes["type"].rpartition(".")[2], **data}
    if "occurred_at" in filled or "time" not in attributes:
        return filled
    moment = milliseconds(attributes["time"])
    if moment is None:
        return Rejection("wrong_type", "time", f"time: {str(attributes['time'])[:40]!r} is no moment of RFC 3339")
    return {**filled, "occurred_at": moment}
