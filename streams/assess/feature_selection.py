"""What each column of a table tells of the label by itself, beyond chance, and whether that lasts."""

from itertools import pairwise
from typing import Literal, NamedTuple

import msgspec
import numpy as np

from streams.arrays import Floats, Ints
from streams.assess.contingency import Dependence, counted, dependence, together
from streams.assess.figures import interval
from streams.response.progressive.bins import binned

MOST_ROWS = 1_000_000
"""Rows that are looked at, at equal distances."""
BINS, AMOUNT_BINS = 10, 5
FALSE_DISCOVERIES = 0.05
PULL = 10.0
"""So many rows of the table's rates does a bin's own rate begin with."""
THIRDS = 3
LEAST_KEPT = 0.1
"""Share of what a column tells in the last third that must still be had from the first for it to last."""

Kind = Literal["number", "category"]
Stability = Literal["lasts", "changes", "unsure"]
Names = tuple[list[str], list[str]]


class Feature(msgspec.Struct, frozen=True):
    """What a column tells of the label by itself; what only several tell together is not seen here.

    ``mutual_information`` (nats per row), in all rows and in each third of them, is beyond what chance gives, and not
    under 0; ``share_of_entropy`` is that of the label's that it is. ``p_value`` is twice the smaller one of χ² in all
    rows and in the thirds (what speaks for it at first and against it later shows only there), ``q_value`` that by
    Benjamini and Hochberg (1995) over all columns. ``carried_over`` is what the first third's rates gain in the last
    one over its rate alone (nats per row: mean, and low and high of 95 %), by which ``stability`` is said.
    """

    name: str
    kind: Kind
    mutual_information: float
    share_of_entropy: float
    chi_square: float
    degrees_of_freedom: int
    p_value: float
    q_value: float
    better_than_chance: bool
    thirds: tuple[float, ...]
    carried_over: tuple[float, float, float] | None
    stability: Stability | None


class _Found(NamedTuple):
    name: str
    kind: Kind
    codes: Ints
    whole: Dependence
    thirds: tuple[Dependence, ...]

    @property
    def p_value(self) -> float:
        return min(2.0 * min(self.whole.p_value, together(list(self.thirds)).p_value), 1.0)


def select_features(numbers: Floats, levels: Ints, labels: Floats, names: Names) -> list[Feature]:
    """Every column, most telling first; rows are in the order of time.

    ``numbers`` (n × F, NaN where missing), ``levels`` (n × C, codes from 0), ``labels`` (n): 0 and 1, or any numbers,
    which count by their quantiles; ``names`` of both kinds of columns.
    """
    step = max(-(-len(labels) // MOST_ROWS), 1)
    target = binned(labels[::step], AMOUNT_BINS)
    found = [
        _found(name, "number", binned(own[::step], BINS), target) for name, own in zip(names[0], numbers.T, strict=True)
    ]
    found += [_found(name, "category", own[::step], target) for name, own in zip(names[1], levels.T, strict=True)]
    q_values = _q_values([own.p_value for own in found])
    told = [_feature(own, q, target) for own, q in zip(found, q_values, strict=True)]
    return sorted(told, key=lambda one: (not one.better_than_chance, -_most(one), one.name))


def _most(one: Feature) -> float:
    return max(one.mutual_information, sum(one.thirds) / THIRDS)


def _found(name: str, kind: Kind, codes: Ints, target: Ints) -> _Found:
    kinds = int(target.max(initial=0)) + 1
    thirds = tuple(dependence(counted(codes[a:b], target[a:b], kinds)) for a, b in pairwise(_cuts(len(target))))
    return _Found(name, kind, codes, dependence(counted(codes, target, kinds)), thirds)


def _feature(own: _Found, q_value: float, target: Ints) -> Feature:
    better, told = q_value <= FALSE_DISCOVERIES, max(own.whole.information, 0.0)
    entropy = _entropy(np.bincount(target) / max(len(target), 1))
    thirds = tuple(max(third.information, 0.0) for third in own.thirds)
    carried = _carried_over(own.codes, target) if better else None
    return Feature(
        name=own.name,
        kind=own.kind,
        mutual_information=told,
        share_of_entropy=min(told / entropy, 1.0) if entropy else 0.0,
        chi_square=own.whole.chi_square,
        degrees_of_freedom=own.whole.degrees,
        p_value=own.p_value,
        q_value=q_value,
        better_than_chance=better,
        thirds=thirds,
        carried_over=carried,
        stability=_stability(carried, thirds[-1]) if carried else None,
    )


def _cuts(rows: int) -> list[int]:
    return [rows * k // THIRDS for k in range(THIRDS + 1)]


def _carried_over(codes: Ints, target: Ints) -> tuple[float, float, float]:
    """What the first third's rates of each bin, beside the last third's own rate, gain in the last third."""
    kinds, most, cuts = int(target.max()) + 1, int(codes.max()) + 1, _cuts(len(target))
    first, last = slice(cuts[0], cuts[1]), slice(cuts[-2], cuts[-1])
    early = np.bincount(codes[first] * kinds + target[first], minlength=most * kinds).reshape(most, kinds)
    rate, later = (_rates(target[part], kinds) for part in (first, last))
    chance = (early + PULL * rate) / (early.sum(axis=1, keepdims=True) + PULL) / rate * later
    chance /= chance.sum(axis=1, keepdims=True)
    return interval(np.log(chance[codes[last], target[last]] / later[target[last]]))


def _stability(carried: tuple[float, float, float], last: float) -> Stability:
    """Lasts: the early rates surely gain in the end; changes: surely less than a tenth of what there is then."""
    _, low, high = carried
    if low > 0.0:
        return "lasts"
    return "changes" if high < LEAST_KEPT * last else "unsure"


def _rates(target: Ints, kinds: int) -> Floats:
    rates: Floats = (np.bincount(target, minlength=kinds).astype(np.float64) + 0.5) / (len(target) + 0.5 * kinds)
    return rates


def _entropy(shares: Floats) -> float:
    present = shares[shares > 0.0]
    return float(-(present * np.log(present)).sum())


def _q_values(p_values: list[float]) -> list[float]:
    from scipy.stats import false_discovery_control  # type: ignore[import-untyped]  # noqa: PLC0415 - slow

    return false_discovery_control(np.array(p_values)).tolist() if p_values else []
