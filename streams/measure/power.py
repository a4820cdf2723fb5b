"""How small an effect an experiment can prove (PROOF rule 6), before anybody is written to.

Two-sample test of proportions with unequal arms, normal approximation, both arms at the base rate's variance
(Fleiss, Levin and Paik 2003, chapter 4): n enrolled users of whom a share h is held out prove a difference
δ = z √(p (1 − p) / n · (1/h + 1/(1 − h))), z = z(1 − α/2) + z(power).
"""

from math import ceil, sqrt
from statistics import NormalDist

ALPHA = 0.05
POWER = 0.8
MARGIN_FACTOR = 3.4
"""How many times as many users margin needs, read at any time, as conversion read once.

From the trials of PROOF rule 6 (3 % conversion, +10 %: 1.8 M, 0.95 M and 0.34 M enrolled users at 5 %, 10 % and 50 %
holdout), each 3.4 times this formula: the spread of order amounts, and bounds that hold at every look.
"""


def _spread(conversion: float, holdout: float) -> float:
    z = NormalDist().inv_cdf(1 - ALPHA / 2) + NormalDist().inv_cdf(POWER)
    return z * sqrt((1 - conversion) / conversion * (1 / holdout + 1 / (1 - holdout)))


def smallest_lift(conversion: float, holdout: float, enrolled: float) -> float:
    """The smallest relative lift of a conversion rate that ``enrolled`` users prove; shares in (0, 1)."""
    return _spread(conversion, holdout) / sqrt(enrolled)


def users_needed(conversion: float, holdout: float, lift: float) -> int:
    """Enrolled users that prove a relative ``lift`` of a conversion rate; shares in (0, 1)."""
    return ceil((_spread(conversion, holdout) / lift) ** 2)
