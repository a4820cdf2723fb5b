"""Rule labels from recency, frequency and money; the first rule that holds names the customer."""

from streams.profiles.user import User

DAY = 86_400_000
DORMANT_AFTER = 90 * DAY
AT_RISK_AFTER = 30 * DAY
HIGH_VALUE_PURCHASES = 3


def segment(user: User, now: int) -> str:
    """One of ``SEGMENTS``: dormant, new (never bought, one session), potential, high_value, at_risk."""
    away = now - user.last_seen
    if away >= DORMANT_AFTER:
        return "dormant"
    if not user.purchases:
        return "new" if user.sessions <= 1 else "potential"
    if now - user.last_purchase >= AT_RISK_AFTER:
        return "at_risk"
    return "high_value" if user.purchases >= HIGH_VALUE_PURCHASES else "potential"
