"""Whether a challenger may take the champion's place: lower loss for sure, and no worse decisions (PROOF rule 16).

Both are asked of one-sided confidence sequences, so it may be asked as often as one likes. The k-th challenger that
is ever tested has a level of 0.05/(k(k + 1)): all false promotions together, for ever, stay under 0.05.
"""

from math import log, log1p, sqrt

import msgspec

LEVEL = 0.05
CLIP = 1.0
"""Nats by which one decision may speak for or against a challenger."""
HEAVIEST = 5.0
"""Heavier weights are cut, so that one decision is not the whole test; over K actions the draw's ε of 0.1 allows 10."""
TOLERANCE = 0.002
"""A challenger whose decisions are worth this share of an order's margin less counts as no worse: the least that
exploring may always cost (ρ_min of rule 12). Nothing can be shown to be worth exactly as much."""
MOST_ORDERS = 3.0
"""Orders of a mean margin as which the dearest counts, with all that is at stake in it."""
MOST_GAIN = 10.0
"""Orders of a mean margin for which one decision counts at most, so that one purchase is not the whole test."""
FEWEST_BUYERS = 200
"""Under this no bound on money holds (rule 7)."""
LARGEST = CLIP * HEAVIEST
BETS = (0.8, 0.6, 0.4, 0.3, 0.2, 0.1, 0.05, 0.025)
"""Of the test by betting, as shares of 1/``LARGEST``: small ones find small differences, large ones find soon."""
TUNED_FOR = 10_000
"""Decisions after which the bound on money is tightest."""


class Evidence(msgspec.Struct, array_like=True):
    """Sums over the decisions on which a champion and one challenger were compared; see ``judge`` and ``judge_value``.

    ``lead`` and ``lead_squares`` are of the weighted, clipped loss differences; ``gain`` and ``gain_squares`` of what
    the challenger's decisions are worth more, the tolerance added, of which ``tolerated`` is the sum.
    """

    count: int = 0
    lead: float = 0.0
    lead_squares: float = 0.0
    drawn: int = 0
    buyers: int = 0
    gain: float = 0.0
    gain_squares: float = 0.0
    tolerated: float = 0.0

    def judge(self, champion: float, challenger: float, weight: float) -> None:
        """The losses (nats) of both on a decision that neither had learned; ``weight`` is 1/p over the actions."""
        lead = min(max(champion - challenger, -CLIP), CLIP) * min(weight, HEAVIEST)
        self.count += 1
        self.lead += lead
        self.lead_squares += lead * lead

    def judge_value(self, gain: float, margin: float, bought: bool) -> None:
        """A doubly robust estimate of what the challenger's draw is worth more (minor units) than the champion's.

        ``margin`` is that of the order that was expected. Dear orders and great surprises count less.
        """
        mean = self.tolerated / (TOLERANCE * max(self.drawn, 1)) or max(margin, 0.0)
        counted = min(max(margin, 0.0), MOST_ORDERS * mean)
        share = counted / margin if margin > 0.0 else 1.0
        tolerated, most = TOLERANCE * counted, MOST_GAIN * mean
        capped = min(max(gain * share, -most), most)
        self.drawn += 1
        self.buyers += bought
        self.gain += capped + tolerated
        self.gain_squares += (capped + tolerated) ** 2
        self.tolerated += tolerated

    def loss_bound(self, level: float) -> float:
        """By how much the champion's mean loss is higher, at least; −∞ before the first decision."""
        if not self.count:
            return -float("inf")
        return (self.lead - _boundary(self.lead_squares, level)) / self.count

    def value_bound(self, level: float) -> float:
        """How much more a challenger's decision is worth on average, at least (minor units); −∞ while unknown."""
        if self.buyers < FEWEST_BUYERS:
            return -float("inf")
        mean = self.gain / self.drawn
        variance = max(self.gain_squares / self.drawn - mean * mean, 0.0)
        return mean - sqrt(variance) * _half_width(self.drawn, level) - self.tolerated / self.drawn

    def is_enough(self, level: float, *, valued: bool) -> bool:
        """Whether the challenger is to be promoted; ``valued`` tells if decisions depend on the model at all.

        Where they do not, neither does their value: it is the same.
        """
        if self.loss_bound(level) <= 0.0:
            return False
        return not valued or self.value_bound(level) + self.tolerated / max(self.drawn, 1) >= 0.0


def level_of(k: int) -> float:
    """The level of the k-th challenger (from 1); over all k they add up to ``LEVEL``."""
    return LEVEL / (k * (k + 1))


def _boundary(squares: float, level: float) -> float:
    """What a sum of values ≥ −``LARGEST`` whose means are ≤ 0 exceeds with probability ≤ ``level``, at any time.

    For each bet λ, exp(λ Σx − ψ(λ) Σx²) is a supermartingale; the level is shared among bets. Means may change with
    time, as those of models that learn do: then it is about their average. Sources: Fan, Grama and Liu (2015); Howard,
    Ramdas, McAuliffe and Sekhon (2021); of forecasts compared in sequence, Choe and Ramdas (2023).
    """
    tall = log(len(BETS) / level)
    return min((tall + (-log1p(-bet) - bet) * squares / LARGEST**2) * LARGEST / bet for bet in BETS)


def _half_width(count: int, level: float) -> float:
    """Of an asymptotic one-sided sequence at unit variance. Source: Waudby-Smith, Arbour, Sinha et al. (2024)."""
    early = -2.0 * log(level)
    rho = (early + log(early + 1.0)) / TUNED_FOR
    spread = count * rho + 1.0
    return sqrt(2.0 * spread / (count * count * rho) * log1p(sqrt(spread) / (2.0 * level)))
