"""Moments as other shapes write them."""

from datetime import UTC, datetime


def milliseconds(text: object) -> int | None:
    """RFC 3339 as milliseconds since 1970; None if it is none. Without a zone it counts as UTC."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return round(aware.timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
