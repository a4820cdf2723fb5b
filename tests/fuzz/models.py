"""Model snapshots that nobody trained: right in form, with arrays of any kind and size."""

from typing import Any

import numpy as np
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.models import Array, ModelSnapshot
from streams.catalogue.item import Item
from streams.features import catalogue
from streams.models.snapshots import pack
from streams.models.store import FORMS
from tests.making.choices import choices, learned
from tests.making.choices import snapshot as recommender
from tests.making.forecasts import forecast_of
from tests.making.items import items_snapshot
from tests.making.models import segments

_TREE = {
    "feature": np.array([0, -1, 1, -1, -1], dtype=np.int16),
    "value": np.array([0.5, 2.0, 1.5, 3.0, 3.0]),
    "right": np.array([2, -1, 4, -1, -1], dtype=np.int32),
    "root": np.array([0], dtype=np.int32),
    "scale": np.array([2.5, -0.5]),
    "share": np.array([0.0, 0.5, 1.0]),
    "quantile": np.array([-0.1, 0.0, 0.1]),
}
NUMBERS = (0.0, 1.0, -1.0, 5.0, 32_767.0, 1e300, -1e300, float("inf"), float("nan"), 5e-324)
TYPES = ("float64", "float32", "int64", "int32", "int16", "uint8", "object", "<U4", "bool", "V8")


def _snapshot(algorithm: str, arrays: dict[str, Any]) -> ModelSnapshot:
    return ModelSnapshot(
        name="model",
        version=1,
        algorithm=algorithm,
        catalogue=catalogue.VERSION,
        features=FORMS[algorithm].columns,
        arrays={name: pack(values) for name, values in arrays.items()},
        trained_on=100,
        trained_until=1_790_000_000_000,
    )


def _logistic() -> ModelSnapshot:
    columns = len(FORMS["logistic"].columns)
    arrays = {name: np.full(columns, 0.5) for name in ("mean", "deviation", "weight")}
    arrays |= {"intercept": np.zeros(1), "clip": np.full(1, 8.0), "calibration": np.array([1.0, 0.0])}
    return _snapshot("logistic", arrays)


_CUTS = {"cuts": np.array([[2.0, 3.0], [0.5, 1.0], [8.0, 9.0]]), "names": np.arange(1, 11)}
ITEMS = items_snapshot({"shoes": Item(5, price=3, cost=1), "socks": Item(6, stock=2)})
_CHOSEN = recommender(learned(choices(1, 60)))
_FORECAST = forecast_of({"shoes": [2.0] * 168}, {"shoes": 3.0, "socks": 1.0}, {5: 2.0, 7: 0.5})
_SCORING = (_logistic(), _snapshot("isolation_forest", _TREE), segments(), _snapshot("rfm", _CUTS))
ORIGINALS = (*_SCORING, ITEMS, _CHOSEN, _FORECAST)


@st.composite
def snapshots(draw: st.DrawFn) -> ModelSnapshot:
    """A snapshot with some of its arrays exchanged, and now and then another field."""
    snapshot = draw(st.sampled_from(ORIGINALS))
    arrays = dict(snapshot.arrays)
    for name in draw(st.lists(st.sampled_from(sorted(arrays)), max_size=3)):
        arrays[name] = draw(st.one_of(_like(snapshot.arrays[name]), _any_array()))
    if draw(st.booleans()):
        arrays.pop(draw(st.sampled_from(sorted(arrays))))
    odd = {"algorithm": "forest", "features": (), "catalogue": "", "version": -1, "name": "other"}
    other = draw(st.sampled_from((None, None, None, *odd)))
    changed = replace(snapshot, arrays=arrays)
    return changed if other is None else replace(changed, **{other: odd[other]})


def _like(array: Array) -> st.SearchStrategy[Array]:
    """An array of the same type and length with other numbers."""
    numbers = st.lists(st.sampled_from(NUMBERS), min_size=array.shape[0], max_size=array.shape[0])
    return numbers.map(lambda values: _packed(array.dtype, values))


def _packed(dtype: str, values: list[float]) -> Array:
    with np.errstate(all="ignore"):
        whole = np.nan_to_num(np.array(values), posinf=9.0, neginf=-9.0).clip(-32_768, 32_767)
        return pack((np.array(values) if dtype.startswith("float") else whole).astype(dtype))


def _any_array() -> st.SearchStrategy[Array]:
    shape = st.lists(st.sampled_from((0, 1, 2, 5, -1, 2**31, 2**62)), max_size=4).map(tuple)
    return st.builds(Array, st.sampled_from(TYPES), shape, st.binary(max_size=64))
