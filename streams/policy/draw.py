"""Drawing an action with exact propensities: inverse-gap weighting with its scale in money, mixed with a floor."""

from collections.abc import Sequence
from math import sqrt


def allowed_loss(decisions: int, start: float, floor: float, reference: int) -> float:
    """ρ_t = max(ρ_min, ρ₀ √(t₀/t)): the predicted loss per decision (minor units) that exploring may cost.

    ``decisions`` is t, the campaign's closed decisions; up to ``reference`` (t₀) the start value ρ₀ holds.
    """
    return max(floor, start * sqrt(reference / max(decisions, reference)))


def propensities(values: Sequence[float], scale: float, exploration: float, none_floor: float) -> tuple[float, ...]:
    """The probability of each action; the last action is *none*.

    SquareCB (Foster and Rakhlin 2020): p(a) = 1 / (K + γ (V_best − V_a)) with the rest on the best action (the first
    of equals); mixed with uniform, (1 − ε) p + ε/K; then *none* is raised to ``none_floor``, the others scaled.

    Args:
        values: K values in minor units, K ≥ 2.
        scale: γ in 1/minor units.
        exploration: ε.
        none_floor: least probability of *none*.

    """
    count = len(values)
    best = values.index(max(values))
    gaps = [1.0 / (count + scale * (values[best] - value)) for value in values]
    gaps[best] = 0.0
    gaps[best] = 1.0 - sum(gaps)
    mixed = [(1.0 - exploration) * p + exploration / count for p in gaps]
    if mixed[-1] < none_floor:
        rest = (1.0 - none_floor) / (1.0 - mixed[-1])
        mixed = [p * rest for p in mixed[:-1]] + [none_floor]
    return tuple(mixed)


def draw(probabilities: Sequence[float], uniform: float) -> int:
    """The action whose interval holds the uniform, in canonical order."""
    reached = 0.0
    for action, p in enumerate(probabilities):
        reached += p
        if uniform < reached:
            return action
    return len(probabilities) - 1
