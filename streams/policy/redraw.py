"""The draw of a closed decision once more, as it would have been with another P(buy)."""

from collections.abc import Sequence
from typing import NamedTuple

from schemas.closed_decisions import ClosedDecision, Stakes
from streams.policy.draw import propensities
from streams.policy.value import Action, Prospect
from streams.response.prior_effects import Effect, lifted
from streams.state import FoldSettings


class Redrawn(NamedTuple):
    """For each candidate its probability of being drawn, and the margin it is expected to leave (minor units)."""

    chances: tuple[float, ...]
    margins: tuple[float, ...]


def stakes_of(prospect: Prospect, actions: Sequence[Action], scale: float, settings: FoldSettings) -> Stakes:
    """What ``redraw`` needs of a decision besides the depths of its candidates."""
    return Stakes(
        amount=prospect.amount,
        margin_rate=prospect.margin.rate,
        sent=prospect.effect.here.sent,
        depth=prospect.effect.here.depth,
        usual=prospect.effect.usual_lift,
        scale=scale,
        exploration=settings.exploration,
        floor=settings.none_floor,
        costs=tuple([action.cost for action in actions]),
    )


def is_complete(decision: ClosedDecision) -> bool:
    """Whether a decision can be drawn again: its stakes are known, and speak of its candidates."""
    stakes, count = decision.stakes, len(decision.propensities)
    return stakes is not None and count == len(stakes.costs) == len(decision.depths) == len(decision.sent)


def redraw(decision: ClosedDecision, stakes: Stakes, probability: float) -> Redrawn:
    """The draw if P(buy), the usual offers included, were ``probability``.

    With the probability that decided it gives the recorded propensities, to rounding.
    """
    without = lifted(probability, -stakes.usual)
    margin, effect = stakes.amount * stakes.margin_rate, Effect(stakes.sent, stakes.depth)
    nothing = without * margin
    margins = [
        lifted(without, effect.lift(depth)) * (margin - depth * stakes.amount) - cost if sent else nothing
        for sent, depth, cost in zip(decision.sent, decision.depths, stakes.costs, strict=True)
    ]
    values = [expected - nothing for expected in margins]
    chances = propensities(values, stakes.scale, stakes.exploration, stakes.floor)
    return Redrawn(chances, tuple(margins))


def worth_more(decision: ClosedDecision, before: Redrawn, after: Redrawn) -> float:
    """What drawing as in ``after`` instead of ``before`` would have brought (minor units): doubly robust, unbiased.

    The expected margins of ``before`` are the reward model: it had not seen the decision. Source: Dudík, Langford and
    Li (2011), Doubly robust policy evaluation and learning.
    """
    more = [new - old for new, old in zip(after.chances, before.chances, strict=True)]
    drawn = decision.action
    surprise = decision.margin - before.margins[drawn]
    expected = sum([chance * margin for chance, margin in zip(more, before.margins, strict=True)])
    return expected + more[drawn] / decision.propensities[drawn] * surprise
