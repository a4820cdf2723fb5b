"""When and where a customer's sessions begin, and how what is bought and answered: small counts."""

from streams.profiles.packed import PackedCounts

BLOCK = 4 * 3_600_000
DAY = 86_400_000
BLOCKS = 6
THURSDAY = 3
"""The weekday of 1970-01-01, Monday being 0."""
SATURDAY = 5

TIMES = PackedCounts(2 * BLOCKS, 5)
"""Sessions by four-hour block (UTC), of weekdays and then of weekends."""

SOURCES = ("app", "web", "shop")
PLACES = PackedCounts(len(SOURCES) + 1, 8)
"""Sessions by source, all others last."""
_PLACE = {source: slot for slot, source in enumerate(SOURCES)}

CHANNELS = ("push", "sms", "email")
ANSWERS = PackedCounts(2 * len(CHANNELS), 10)
"""Messages by channel, and then the clicked ones of each."""

LAST_PURCHASES = 16
"""So many purchases are remembered one by one: a bit each, the newest lowest, set where a coupon was redeemed."""
_KEPT = (1 << LAST_PURCHASES) - 1


def block_of(at: int) -> int:
    """The slot in ``TIMES`` of a moment in ms."""
    weekday = (at // DAY + THURSDAY) % 7
    return at % DAY // BLOCK + (BLOCKS if weekday >= SATURDAY else 0)


def began(times: int, at: int) -> int:
    """The times with a session more that begins at ``at`` (ms)."""
    return TIMES.raised(times, block_of(at))


def came_from(places: int, source: str) -> int:
    """The places with a session more from that source."""
    return PLACES.raised(places, _PLACE.get(source, len(SOURCES)))


def bought(coupons: int, *, with_coupon: bool) -> int:
    """The bits of the last purchases with one more."""
    return (coupons << 1 | with_coupon) & _KEPT


def messaged(answers: int, channel: str) -> int:
    """The answers with one more message on a channel; one that has no count here changes nothing."""
    return ANSWERS.raised(answers, CHANNELS.index(channel)) if channel in CHANNELS else answers


def unmessaged(answers: int, channel: str) -> int:
    """The answers without a message that did not reach the customer."""
    return ANSWERS.lowered(answers, CHANNELS.index(channel)) if channel in CHANNELS else answers


def clicked(answers: int, channel: str) -> int:
    """The answers with one more click on a channel."""
    return ANSWERS.raised(answers, len(CHANNELS) + CHANNELS.index(channel)) if channel in CHANNELS else answers
