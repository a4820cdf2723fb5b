"""What a promotion changes about buying, until its effect has been measured: a table of priors.

The effect stands on the logit scale (PROOF rule 11): logit P(buy | a) = logit P(buy | none) + sent · ``sent`` +
depth · ``depth``, depth being the discount's share of the order. The numbers are assumptions, not measurements:
a message is taken to raise a small conversion rate by its ``sent`` (0.12 ≈ +12 %), and a tenth off by a tenth of
``depth`` (2.5 → +25 %, a price elasticity of about −2.5). They are set low on purpose: a prior that is too high gives
margin away to customers who would have bought, one that is too low is corrected by exploration.
"""

from math import log
from typing import NamedTuple

from streams.response.logistic import sigmoid


class Effect(NamedTuple):
    """Logit lift of a message (``sent``) and of a discount of the whole order's value (``depth``)."""

    sent: float
    depth: float

    def lift(self, depth: float) -> float:
        """What a message with a discount of this depth adds to the logit; ``depth`` in [0, 1], 0 for no discount."""
        return self.sent + self.depth * min(max(depth, 0.0), 1.0)


DEFAULT = "default"
PRIORS: dict[str, Effect] = {
    "cart_abandonment": Effect(sent=0.12, depth=2.5),  # chose and hesitated: a reminder helps, so does the price
    "browse_interest": Effect(sent=0.08, depth=2.0),  # interested, further from buying
    "browse_abandonment": Effect(sent=0.05, depth=1.5),  # from here on little is known: half of the above
    "win_back": Effect(sent=0.05, depth=1.5),
    "new_user": Effect(sent=0.05, depth=1.5),
    "spend_threshold": Effect(sent=0.05, depth=1.5),
    "flash_sale": Effect(sent=0.05, depth=1.5),
    "recommendation": Effect(sent=0.05, depth=1.5),
    "bundle": Effect(sent=0.05, depth=1.5),
    DEFAULT: Effect(sent=0.0, depth=0.0),
}
"""Assumed effect by campaign kind; of a kind that is not listed nothing is assumed (PROOF rule 11)."""


def prior(kind: str) -> Effect:
    """The assumed effect of a kind of campaign."""
    return PRIORS.get(kind, PRIORS[DEFAULT])


def lifted(p: float, lift: float) -> float:
    """The probability ``p``, in [0, 1], with ``lift`` added to its logit; exactly ``p`` where nothing is added."""
    if not lift or not 0.0 < p < 1.0:
        return min(max(p, 0.0), 1.0)
    return sigmoid(log(p / (1.0 - p)) + lift)
