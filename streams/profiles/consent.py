"""What a customer allows, per channel: the newest word on a channel holds, in whatever order words arrive."""

from streams.profiles.user import User


def hear(user: User, channel: str, at: int, *, allowed: bool) -> None:
    """Take a word on a channel that was given at ``at`` (ms)."""
    if at >= user.consent_at.get(channel, 0):
        user.consent[channel] = allowed
        user.consent_at[channel] = at


def open_channels(user: User) -> list[str]:
    """Channels that the customer allows and, where the platform told it, can be reached on; by name."""
    reached = user.told.channels if user.told else None
    return sorted([channel for channel, yes in user.consent.items() if yes and (reached is None or channel in reached)])
