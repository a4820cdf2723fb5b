"""The public contract as texts: a JSON Schema per public message, its examples, and one AsyncAPI 3 document."""

from typing import Any

import msgspec

from schemas.asyncapi import document
from schemas.dialects import readable
from schemas.events import Event
from schemas.examples import EXAMPLES, examples_of
from schemas.topics import TOPICS, Topic

VERSION = "0.1.0"
"""Version of the contract: the project's; golden files are kept per version."""

_EVENT_RULES: dict[str, Any] = {
    "anyOf": [
        {"required": ["user_id"], "properties": {"user_id": {"type": "string"}}},
        {"required": ["anonymous_id"], "properties": {"anonymous_id": {"type": "string"}}},
    ],
    "if": {"properties": {"type": {"enum": ["purchase", "refund"]}}},
    "then": {
        "required": ["order_id", "lines"],
        "properties": {"order_id": {"type": "string"}, "lines": {"minItems": 1}},
    },
}


def public_messages() -> dict[str, type[msgspec.Struct]]:
    """The messages that other teams read or write, by name."""
    return {topic.record.__name__: topic.record for topic in TOPICS.values() if topic.public}


def schema_of(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """JSON Schema (2020-12) of one message, with the rules between fields that its struct cannot say."""
    schema: dict[str, Any] = readable(msgspec.json.schema(kind))
    if kind is Event:
        schema["$defs"]["Event"] |= _EVENT_RULES
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:promostream:{VERSION}:{kind.__name__}",
        "title": kind.__name__,
    }
    return head | schema


def texts() -> dict[str, str]:
    """Every generated file of the contract: path within its folder → content."""
    files = {f"{name}.schema.json": _pretty(schema_of(kind)) for name, kind in public_messages().items()}
    files |= {f"examples/{name}.json": _pretty(message) for name, message in EXAMPLES.items()}
    files["asyncapi.json"] = _pretty(document(VERSION))
    files["README.md"] = _guide()
    return files


def _pretty(content: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(content, order=None), indent=2).decode() + "\n"


def _guide() -> str:
    lines = [
        "# The contract on the wire",
        "",
        "Generated from `schemas/*.py` by `promostream schemas --write schemas/generated`; do not edit. A public field",
        "may be added with a default, never renamed or removed: ignore fields you do not know.",
        "",
        "| topic | message | key | partitions | kept | format | what |",
        "|---|---|---|---|---|---|---|",
        *(_row(topic) for topic in TOPICS.values()),
        "",
        "`asyncapi.json` holds the same for tools. Internal topics are msgpack; nobody else may read or write them.",
        "",
    ]
    return "\n".join(lines)


def _row(topic: Topic) -> str:
    name = topic.record.__name__
    examples = ", ".join(f"[{e}](examples/{e}.json)" for e in examples_of(topic.record))
    message = f"[{name}]({name}.schema.json): {examples}" if topic.public else f"{name} (internal)"
    size = "fixed per epoch" if topic.partitions == "log" else str(topic.partitions)
    return (
        f"| `{topic.name}` | {message} | {topic.key} | {size} | {_kept(topic)} | {topic.encoding} | {topic.meaning} |"
    )


def _kept(topic: Topic) -> str:
    if topic.cleanup == "compact":
        return "last per key"
    return "for ever" if topic.retention < 0 else f"{topic.retention // 86_400_000} days"
