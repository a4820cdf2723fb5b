import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from schemas.models import Array, ModelSnapshot
from streams.folding import Refusal
from streams.models.snapshots import DTYPES, pack, seal, unpack, verify

some_arrays = st.sampled_from(DTYPES).flatmap(
    lambda dtype: arrays.arrays(np.dtype(dtype), arrays.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=5))
)


def snapshot(**changes: object) -> ModelSnapshot:
    """A sealed snapshot with some fields replaced afterwards."""
    sealed = seal(
        ModelSnapshot(
            name="purchase",
            version=3,
            algorithm="logistic",
            catalogue="1",
            features=("a", "b"),
            arrays={"w": pack(np.array([1.0, 2.0])), "b": pack(np.array([0.5]))},
            trained_on=10,
            trained_until=20,
        )
    )
    return msgspec.structs.replace(sealed, **changes)


@given(values=some_arrays)
def test_unpack_inverts_pack(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> None:
    """Every array comes back with its values (NaN bits too), dtype and shape, and may be written to."""
    back = unpack(pack(values))
    assert back.dtype == values.dtype
    assert back.shape == values.shape
    assert back.tobytes() == values.tobytes()
    assert back.flags.writeable


def test_byte_order_does_not_matter() -> None:
    """The same numbers give the same bytes whatever order they had in memory."""
    values = np.array([1.0, -2.5, 1e300])
    assert pack(values.astype(">f8")) == pack(values)
    assert pack(np.array([[1, 2], [3, 4]], order="F")) == pack(np.array([[1, 2], [3, 4]]))


def test_only_plain_numbers_are_packed() -> None:
    """Objects and texts never get into a snapshot."""
    with pytest.raises(ValueError, match="not object"):
        pack(np.array([object()]))


@pytest.mark.parametrize(
    "array",
    [Array("object", (1,), b"12345678"), Array("float64", (2,), b"12345678"), Array("float64", (-1,), b"")],
)
def test_arrays_that_do_not_fit_are_refused(array: Array) -> None:
    """A foreign dtype, missing bytes or a negative side stop the reader with a remedy."""
    with pytest.raises(Refusal, match="publish the model again"):
        unpack(array)


def test_a_sealed_snapshot_verifies_and_a_changed_one_does_not() -> None:
    """The checksum covers algorithm, features and arrays; not when and on how much it was trained."""
    verify(snapshot())
    verify(snapshot(trained_on=11))
    for change in (
        {"algorithm": "isolation_forest"},
        {"features": ("b", "a")},
        {"arrays": {"w": pack(np.array([1.0, 2.0000001])), "b": pack(np.array([0.5]))}},
        {"sha256": ""},
    ):
        with pytest.raises(Refusal, match="checksum"):
            verify(snapshot(**change))


def test_the_order_of_arrays_does_not_change_the_checksum() -> None:
    """Two dicts with the same arrays are the same content."""
    turned = dict(reversed(snapshot().arrays.items()))
    assert seal(snapshot(arrays=turned)).sha256 == snapshot().sha256
