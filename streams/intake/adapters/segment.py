"""Segment's track calls, with the names and properties of its e-commerce specification.

Source: https://segment.com/docs/connections/spec/ecommerce/v2/
"""

from collections.abc import Mapping
from math import isfinite
from typing import Any

from streams.intake.adapters.moments import milliseconds
from streams.intake.validation import Rejection
from streams.money import DECIMALS

TYPES = {
    "product viewed": "view",
    "product list viewed": "view",
    "products searched": "search",
    "product clicked": "click",
    "promotion clicked": "click",
    "product added": "add_to_cart",
    "product removed": "remove_from_cart",
    "product added to wishlist": "favourite",
    "product reviewed": "review",
    "order completed": "purchase",
    "order refunded": "refund",
}
"""Event name (in small letters) → type."""
MOMENTS = ("timestamp", "originalTimestamp", "sentAt", "receivedAt")
CHANNELS = {"web": "web", "browser": "web", "mobile": "app", "server": "server"}


def is_track(content: Mapping[str, Any]) -> bool:
    """Whether the JSON is a track call."""
    return content.get("type") == "track" and "event" in content


def tracked(content: Mapping[str, Any]) -> dict[str, Any] | Rejection:
    """What a track call tells, in the own shape."""
    kind = TYPES.get(str(content["event"]).strip().lower())
    if kind is None:
        known = ", ".join(name.title() for name in TYPES)
        return Rejection("unknown_type", "event", f"event: {str(content['event'])[:60]!r} is none of {known}")
    if "messageId" not in content:
        return Rejection("missing_field", "messageId", "messageId is required")
    moment = next((found for name in MOMENTS if (found := milliseconds(content.get(name))) is not None), None)
    if moment is None:
        return Rejection("missing_field", "timestamp", "timestamp is required, as ISO 8601")
    properties, context = _object(content, "properties"), _object(content, "context")
    if isinstance(properties, Rejection) or isinstance(context, Rejection):
        return properties if isinstance(properties, Rejection) else context
    device = context.get("device")
    return {
        "event_id": content["messageId"],
        "type": kind,
        "occurred_at": moment,
        "user_id": content.get("userId"),
        "anonymous_id": content.get("anonymousId"),
        "session_id": _text(properties.get("session_id")),
        "device_id": _text(device.get("id")) if isinstance(device, dict) else None,
        "source": CHANNELS.get(str(content.get("channel", "")).lower(), "unknown"),
        "order_id": _text(properties.get("order_id")),
        "coupon_code": properties.get("coupon"),
        "brand": properties.get("brand"),
        "lines": [_line(line, properties) for line in _listed(properties.get("products"))],
        **_item(properties, properties),
    }


def _object(content: Mapping[str, Any], name: str) -> dict[str, Any] | Rejection:
    own = content.get(name) or {}
    return own if isinstance(own, dict) else Rejection("wrong_type", name, f"{name}: expected an object")


def _listed(products: object) -> list[Mapping[str, Any]]:
    return [product for product in products if isinstance(product, dict)] if isinstance(products, list) else []


def _line(product: Mapping[str, Any], properties: Mapping[str, Any]) -> dict[str, Any]:
    line = _item(product, properties)
    return {**line, "item_id": line["item_id"] or ""}


def _item(product: Mapping[str, Any], properties: Mapping[str, Any]) -> dict[str, Any]:
    """One product: its id (or SKU), category, quantity and price; major units become minor ones of the currency."""
    return {
        "item_id": _text(product.get("product_id", product.get("sku"))),
        "category": product.get("category"),
        "quantity": product.get("quantity", 1),
        "price": _price(product.get("price"), properties.get("currency")),
    }


def _text(value: object) -> object:
    """Ids are numbers at some shops."""
    return str(value) if isinstance(value, int) else value


def _price(amount: object, currency: object) -> dict[str, Any] | None:
    """None where the price or its currency is not told."""
    code = str(currency).strip().upper()
    try:
        major = float(str(amount))
    except ValueError:
        return None
    if code not in DECIMALS or not isfinite(major):
        return None
    return {"value": round(major * 10 ** DECIMALS[code]), "currency": code}
