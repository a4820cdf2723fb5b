"""The table of topics as an AsyncAPI 3 document: what we receive, what we send, and what is our own affair."""

from typing import Any

import msgspec

from schemas.dialects import draft_07, readable
from schemas.examples import examples_of
from schemas.topics import TOPICS, Topic

_HEADERS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "origin": {"type": "string", "description": "epoch/partition/offset/number of the record that caused it"},
        "ce_specversion": {"type": "string", "description": "CloudEvents attribute"},
        "ce_id": {"type": "string", "description": "CloudEvents attribute: unique with ce_source"},
        "ce_type": {"type": "string", "description": "CloudEvents attribute"},
        "ce_source": {"type": "string", "description": "CloudEvents attribute"},
    },
}


def document(version: str) -> dict[str, Any]:
    """The AsyncAPI 3.0.0 document, as plain dicts and lists, its schemas in draft-07 (the dialect of all its tools)."""
    kinds = list({topic.record for topic in TOPICS.values()})
    kinds.sort(key=lambda kind: kind.__name__)
    _, schemas = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Promostream",
            "version": version,
            "description": "Events in, promotion triggers out, outcomes back. No order is promised between topics.",
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in TOPICS.values()},
        "operations": {_verb(topic) + "-" + topic.name: _operation(topic) for topic in TOPICS.values() if topic.public},
        "components": {
            "messages": {topic.record.__name__: _message(topic) for topic in TOPICS.values()},
            "schemas": {name: draft_07(readable(schema)) for name, schema in sorted(schemas.items())},
        },
    }


def _channel(topic: Topic) -> dict[str, Any]:
    name = topic.record.__name__
    binding: dict[str, Any] = {
        "topic": topic.name,
        "topicConfiguration": {
            "cleanup.policy": [topic.cleanup],
            "retention.ms": topic.retention,
        },
        "bindingVersion": "0.5.0",
    }
    if topic.partitions != "log":
        binding["partitions"] = topic.partitions
    return {
        "address": topic.name,
        "description": topic.meaning,
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
        "bindings": {"kafka": binding},
        "x-internal": not topic.public,
        "x-timestamps": topic.timestamps,
    }


def _verb(topic: Topic) -> str:
    return "receive" if topic.public_input else "send"


def _operation(topic: Topic) -> dict[str, Any]:
    return {
        "action": _verb(topic),
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "messages": [{"$ref": f"#/channels/{topic.name}/messages/{topic.record.__name__}"}],
    }


def _message(topic: Topic) -> dict[str, Any]:
    name = topic.record.__name__
    message: dict[str, Any] = {
        "name": name,
        "contentType": f"application/{topic.encoding}",
        "payload": {"$ref": f"#/components/schemas/{name}"},
        "bindings": {"kafka": {"key": {"type": "string", "description": topic.key}, "bindingVersion": "0.5.0"}},
        "examples": [
            {"name": example, "payload": msgspec.to_builtins(content)}
            for example, content in examples_of(topic.record).items()
        ],
    }
    if topic.public and not topic.public_input:
        message["headers"] = _HEADERS
    return message
