"""The compiled form of the effect learner: two sums over a row per decision, equal to the learner's own answer."""

from collections.abc import Sequence
from math import copysign, inf, isfinite
from typing import NamedTuple

from schemas.models import ModelSnapshot
from streams.folding import Refusal
from streams.models.snapshots import unpack
from streams.response.effect.kind_learner import CLIP
from streams.response.effect.offer_effect import OfferEffect, assumed
from streams.response.prior_effects import Effect

ALGORITHM = "r_learner"


class _Kind(NamedTuple):
    """Per column its mean, deviation and the two coefficients; the coefficients of everybody; the rest as published."""

    columns: tuple[tuple[float, float, float, float], ...]
    everybody: Effect
    prior: Effect
    usual: Effect
    rows: int


class OfferEffects:
    """The effects of offers by kind of campaign; of a kind that was not learned, its prior."""

    def __init__(self, snapshot: ModelSnapshot) -> None:
        self.name = snapshot.name
        self.version = snapshot.version
        kinds = sorted({name.rpartition(".")[0] for name in snapshot.arrays})
        self._kinds = {kind: _kind(snapshot, kind) for kind in kinds}

    @classmethod
    def from_snapshot(cls, snapshot: ModelSnapshot) -> "OfferEffects":
        """Compile a verified snapshot.

        Raises:
            Refusal: its arrays do not fit together.

        """
        return cls(snapshot)

    def effect(self, kind: str, x: Sequence[float]) -> OfferEffect:
        """What offers change for a row; a value that is not finite counts as the mean.

        Raises:
            ValueError: the row has another length than was learned from.

        """
        found = self._kinds.get(kind)
        if found is None:
            return assumed(kind)
        sent, depth = found.everybody
        for value, (mean, deviation, by_sent, by_depth) in zip(x, found.columns, strict=True):
            distance = (value - mean) / deviation
            if not -CLIP <= distance <= CLIP:
                distance = copysign(CLIP, distance) if isfinite(value) else 0.0
            sent += distance * by_sent
            depth += distance * by_depth
        return OfferEffect(Effect(sent, depth), found.prior, found.rows, found.usual)


def _kind(snapshot: ModelSnapshot, kind: str) -> _Kind:
    count = len(snapshot.features)
    beta = _floats(snapshot, f"{kind}.beta", 2 * (count + 1))
    centre, spread = _floats(snapshot, f"{kind}.centre", count), _floats(snapshot, f"{kind}.spread", count)
    doses = _floats(snapshot, f"{kind}.doses", 4)
    (rows,) = _numbers(snapshot, f"{kind}.rows", 1)
    by_sent, by_depth = beta[: count + 1], beta[count + 1 :]
    columns = zip(centre, (one or inf for one in spread), by_sent[1:], by_depth[1:], strict=True)
    everybody = Effect(by_sent[0], by_depth[0])
    return _Kind(tuple(columns), everybody, Effect(*doses[:2]), Effect(*doses[2:]), int(rows))


def _floats(snapshot: ModelSnapshot, name: str, count: int) -> tuple[float, ...]:
    return tuple(float(value) for value in _numbers(snapshot, name, count))


def _numbers(snapshot: ModelSnapshot, name: str, count: int) -> list[float]:
    values: list[float] = unpack(snapshot.arrays[name]).ravel().tolist() if name in snapshot.arrays else []
    if len(values) != count or not all(isfinite(value) for value in values):
        raise Refusal(f"model {snapshot.key}: {name!r} is not {count} finite numbers", "publish the model again")
    return values
