"""Curves of cost, single figures, and how much a cost grows when its cause grows tenfold."""

from math import exp, log, log10

import msgspec

FLAT = 0.10
"""Growth per decade up to which a curve counts as flat."""


class Curve(msgspec.Struct, frozen=True):
    """A cost against its cause: points (cause, cost) and the growth of the cost per decade of the cause, as a share.

    ``promised_flat``: the cost must not grow with its cause.
    """

    name: str
    against: str
    unit: str
    points: tuple[tuple[float, float], ...]
    per_decade: float
    promised_flat: bool

    @property
    def flat(self) -> bool:
        """Whether the cost does not grow with its cause."""
        return self.per_decade <= FLAT


class Curves(msgspec.Struct, frozen=True):
    """Everything of one run; ``figures`` are single ones, their units in their names."""

    machine: str
    curves: list[Curve]
    figures: dict[str, float]


def curve(
    name: str, against: str, unit: str, points: list[tuple[float, float]], *, promised_flat: bool = False
) -> Curve:
    """A curve with its growth."""
    return Curve(name, against, unit, tuple(points), growth_per_decade(points), promised_flat)


def growth_per_decade(points: list[tuple[float, float]]) -> float:
    """By least squares of the logarithms: 0.1 means 10 % dearer at ten times the cause; 0 for fewer than two points."""
    if len(points) < 2:
        return 0.0
    places, values = [log10(cause) for cause, _ in points], [log(cost) for _, cost in points]
    mean_place, mean_value = sum(places) / len(places), sum(values) / len(values)
    spread = sum((place - mean_place) ** 2 for place in places)
    both = sum((place - mean_place) * (value - mean_value) for place, value in zip(places, values, strict=True))
    return exp(both / spread) - 1.0
