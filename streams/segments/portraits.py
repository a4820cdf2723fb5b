"""Who is in a segment, in words: how many, and what tells them most from everybody, in the catalogue's units."""

import msgspec
import numpy as np

from schemas.models import ModelSnapshot
from streams.arrays import Floats, Ints
from streams.features.catalogue import CATALOGUE, NEVER
from streams.models.snapshots import unpack
from streams.segments.segmenter import Arrays
from streams.segments.served import SERVED

TRAITS = 4
"""As many are told of a segment."""
NOTABLE = 0.25
"""A difference of fewer standard deviations is not worth telling, nor one of the means that medians deny."""
MUCH = 1.0
"""Standard deviations from which somebody has much more, or much less."""


class Trait(msgspec.Struct, frozen=True):
    """A feature of a segment: its median there and of everybody, in its unit; ``apart`` in standard deviations."""

    feature: str
    value: float
    everybody: float
    apart: float

    @property
    def words(self) -> str:
        """In words: ``much more purchases, half-life 30 days: 3.1 (everybody 0.4)``."""
        of = CATALOGUE[self.feature]
        more = ("much " if abs(self.apart) >= MUCH else "") + ("more" if self.apart > 0 else "less")
        return f"{of.meaning}: {_shown(self.value, of.unit)}, {more} than all ({_shown(self.everybody, of.unit)})"


class Portrait(msgspec.Struct, frozen=True):
    """A segment: its name, its share of the customers decided on of late, and its traits, strongest first."""

    name: str
    share: float
    traits: tuple[Trait, ...]


def described(rows: Floats, segments: Ints, count: int) -> Arrays:
    """What portraits are drawn from: rows (n × columns, n > 0, all known) and their segments (n) of ``count`` in all.

    ``sizes`` (count); ``medians`` and ``apart`` (count + 1 × columns), everybody last; empty segments are as everybody.
    """
    parts = [rows[segments == k] if (segments == k).any() else rows for k in range(count)]
    spread = np.maximum(np.std(rows, axis=0), 1e-9)
    everybody = np.mean(rows, axis=0)
    return {
        "sizes": np.array([int((segments == k).sum()) for k in range(count)], dtype=np.int64),
        "medians": np.array([np.median(part, axis=0) for part in (*parts, rows)]),
        "apart": np.array([(np.mean(part, axis=0) - everybody) / spread for part in (*parts, rows)]),
    }


def portraits(snapshot: ModelSnapshot) -> list[Portrait]:
    """The portraits in a snapshot of segments, the largest first."""
    names, sizes, medians, apart = (unpack(snapshot.arrays[name]) for name in ("names", "sizes", "medians", "apart"))
    labels, total = SERVED[snapshot.algorithm].labels, max(int(sizes.sum()), 1)
    found = [
        Portrait(
            labels[number - 1], int(sizes[k]) / total, _traits(snapshot.features, medians[k], medians[-1], apart[k])
        )
        for k, number in enumerate(names.tolist())
    ]
    return sorted(found, key=lambda portrait: -portrait.share)


def _traits(features: tuple[str, ...], own: Floats, everybody: Floats, apart: Floats) -> tuple[Trait, ...]:
    told = (np.abs(apart) >= NOTABLE) & ((own - everybody) * apart > 0.0)
    strongest = [k for k in np.argsort(-np.abs(apart), kind="stable").tolist() if told[k]]
    numbers = [(features[k], np.expm1(own[k]), np.expm1(everybody[k]), apart[k]) for k in strongest[:TRAITS]]
    return tuple(Trait(feature, *(float(number) for number in rest)) for feature, *rest in numbers)


def _shown(value: float, unit: str) -> str:
    if unit == "days":
        return "never" if value >= NEVER - 1.0 else f"{value:.1f} days"
    if unit == "money":
        return f"{value:,.0f} minor units"
    return f"{value:.0%}" if unit == "share" else f"{value:.2g}"
