"""Features of how a customer answers messages, each from a profile and the moment ``now`` (ms)."""

from collections.abc import Callable

from streams.profiles.habits import ANSWERS, CHANNELS
from streams.profiles.user import User

PRIOR_MESSAGES = 20.0
PRIOR_CLICK_RATE = 0.05
NO_CHANNEL = "none"


def click_rate(user: User, now: int) -> float:
    """Share of messages clicked, shrunk towards ``PRIOR_CLICK_RATE`` by ``PRIOR_MESSAGES``."""
    del now
    clicks = user.message_clicks + PRIOR_MESSAGES * PRIOR_CLICK_RATE
    return min(clicks / (user.messages + PRIOR_MESSAGES), 1.0)


def _channel_rate(slot: int) -> Callable[[User, int], float]:
    def rate(user: User, now: int) -> float:
        sent, clicks = ANSWERS.at(user.answers, slot), ANSWERS.at(user.answers, len(CHANNELS) + slot)
        return min((clicks + PRIOR_MESSAGES * click_rate(user, now)) / (sent + PRIOR_MESSAGES), 1.0)

    return rate


CHANNEL_RATES = tuple(_channel_rate(slot) for slot in range(len(CHANNELS)))
"""Click rates by channel, shrunk towards the customer's own by ``PRIOR_MESSAGES``."""


def best_channel(user: User, now: int) -> str:
    """The channel with the highest click rate, the first of equals; ``none`` until a message was clicked."""
    if not any(ANSWERS.all(user.answers)[len(CHANNELS) :]):
        return NO_CHANNEL
    rates = [rate(user, now) for rate in CHANNEL_RATES]
    return CHANNELS[rates.index(max(rates))]
