"""Kinds of campaigns: what the kind means, which *when* suggests it, and how long its effect is measured."""

from typing import NamedTuple

from schemas.campaigns import When

HOUR = 3_600_000


class Kind(NamedTuple):
    """A kind: its meaning, and the default window (ms) of its experiment (PROOF rule 3)."""

    meaning: str
    window: int


KINDS: dict[str, Kind] = {
    "cart_abandonment": Kind("the cart was left without a purchase", 48 * HOUR),
    "browse_abandonment": Kind("a product was looked at and left", 48 * HOUR),
    "browse_interest": Kind("interest shows while the customer browses", 48 * HOUR),
    "win_back": Kind("the customer has not bought for long", 14 * 24 * HOUR),
    "new_user": Kind("the customer has not bought yet", 48 * HOUR),
    "spend_threshold": Kind("a little more in the cart earns the offer", 48 * HOUR),
    "flash_sale": Kind("a short time with a deep offer", 24 * HOUR),
    "recommendation": Kind("products without a discount", 48 * HOUR),
    "bundle": Kind("things that are bought together", 48 * HOUR),
    "general": Kind("none of the other kinds; its effect starts without a prior of its own", 48 * HOUR),
}


def derive(when: When) -> str:
    """The kind that a *when* suggests, for a file that names none."""
    if when.wait:
        return "cart_abandonment" if when.event == "add_to_cart" else "browse_abandonment"
    return "browse_interest" if when.event in {"view", "search", "click", "favourite"} else "general"
