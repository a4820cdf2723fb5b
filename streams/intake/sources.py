"""Which event topic carries which event type, by habit; intake takes any type on any of the three."""

from schemas.topics import BROWSES, CLICKS, PURCHASES

_SOURCES = {"view": BROWSES, "search": BROWSES, "purchase": PURCHASES, "refund": PURCHASES}


def source_of(event_type: str) -> str:
    """The event topic that a platform publishes this type on."""
    return _SOURCES.get(event_type, CLICKS)
