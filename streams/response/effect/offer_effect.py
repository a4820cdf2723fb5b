"""What offers change for one customer, and how much of that is assumed."""

from functools import cache
from typing import NamedTuple

from streams.response.prior_effects import Effect, lifted, prior

NOTHING = Effect(0.0, 0.0)


class OfferEffect(NamedTuple):
    """The effect ``here``, for this customer; the ``prior`` of the campaign's kind; ``rows`` that it was learned from.

    ``usual`` is the dose (sent, depth) that customers got on average where P(buy) was learned, so that it can be taken
    out of it again; nothing before an effect was learned.
    """

    here: Effect
    prior: Effect
    rows: int = 0
    usual: Effect = NOTHING

    @property
    def usual_lift(self) -> float:
        """What the usual dose adds to the logit."""
        return self.here.sent * self.usual.sent + self.here.depth * self.usual.depth

    def without(self, p: float) -> float:
        """P(buy | none) from ``p`` = P(buy) as it was learned among customers who got the usual dose."""
        return lifted(p, -self.usual_lift)


@cache
def assumed(kind: str) -> OfferEffect:
    """The prior of a kind of campaign, of which nothing has been learned."""
    return OfferEffect(prior(kind), prior(kind))
