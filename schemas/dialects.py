"""JSON Schema as others read it: the dialect of older tools, descriptions without Python's line breaks."""

from collections.abc import Callable
from typing import Any

Node = dict[str, Any]


def draft_07(schema: Any) -> Any:
    """The same schema with tuples written as before 2020-12: ``items`` in place of ``prefixItems``."""
    return _each_node(schema, _tuples_as_items)


def readable(schema: Any) -> Any:
    """The same schema with its docstrings as plain paragraphs."""
    return _each_node(schema, _plain_description)


def _each_node(schema: Any, change: Callable[[Node], Node]) -> Any:
    if isinstance(schema, list):
        return [_each_node(part, change) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return change({name: _each_node(part, change) for name, part in schema.items()})


def _tuples_as_items(node: Node) -> Node:
    if "prefixItems" not in node:
        return node
    old = {name: part for name, part in node.items() if name not in {"prefixItems", "items"}}
    old["items"] = node["prefixItems"]
    return old | ({"additionalItems": node["items"]} if "items" in node else {})


def _plain_description(node: Node) -> Node:
    text = node.get("description")
    if not isinstance(text, str):
        return node
    paragraphs = (" ".join(part.split()) for part in text.replace("``", "`").split("\n\n"))
    return node | {"description": "\n\n".join(paragraphs)}
