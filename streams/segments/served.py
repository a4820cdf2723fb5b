"""The compiled form of a learned segmenter: what ``decide`` asks for a customer's label."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas.models import ModelSnapshot
from streams.features.catalogue import LEARNED_SEGMENTS, NO_SEGMENT, RFM_SEGMENTS, SEGMENT_ROW
from streams.folding import Refusal
from streams.models.snapshots import unpack
from streams.segments import k_means, rfm
from streams.segments.segmenter import FARTHEST, Arrays, Form

NAMES = "names"
"""The array that holds, for each segment, the number of its label, from 1."""


class Served(NamedTuple):
    """How snapshots of an algorithm are read: form, shapes of the arrays (0 for any), how many segments these make.

    ``labels`` are all that its segments may be called.
    """

    form: Callable[[Arrays], Form]
    shapes: dict[str, tuple[int, ...]]
    labels: tuple[str, ...]
    count: Callable[[Arrays], int]


_C = len(SEGMENT_ROW)

SERVED: dict[str, Served] = {
    k_means.ALGORITHM: Served(
        k_means.Centres,
        {"centres": (0, _C), "means": (_C,), "units": (_C,)},
        LEARNED_SEGMENTS,
        lambda arrays: len(arrays["centres"]),
    ),
    rfm.ALGORITHM: Served(
        rfm.Thirds, {"cuts": (3, len(rfm.THIRDS))}, RFM_SEGMENTS, lambda arrays: len(RFM_SEGMENTS) if arrays else 0
    ),
}
"""One line per algorithm."""


class LearnedSegments:
    """Puts a customer's row into a segment and says its name."""

    def __init__(self, form: Form, names: tuple[str, ...]) -> None:
        self._form, self._names = form, names

    @classmethod
    def from_snapshot(cls, snapshot: ModelSnapshot) -> "LearnedSegments":
        """Compile a verified snapshot.

        Raises:
            Refusal: its arrays make no segments.

        """
        served = SERVED[snapshot.algorithm]
        if any(name not in snapshot.arrays for name in (*served.shapes, NAMES)):
            raise Refusal(f"model {snapshot.key} lacks arrays of segments", "publish the model again")
        arrays = {name: unpack(snapshot.arrays[name]) for name in served.shapes}
        numbers = unpack(snapshot.arrays[NAMES])
        whole = all(_fits(arrays[name], shape) for name, shape in served.shapes.items())
        if not whole or not _are_names(numbers, len(served.labels)) or len(numbers) != served.count(arrays):
            raise Refusal(f"model {snapshot.key}: its arrays make no segments", "publish the model again")
        return cls(served.form(arrays), tuple(served.labels[number - 1] for number in numbers.tolist()))

    def label(self, row: tuple[float, ...]) -> str:
        """The name of the segment of a row, columns as ``SEGMENT_ROW``; ``NO_SEGMENT`` if it is in none."""
        number = int(self._form.assign(np.array([row]))[0])
        return self._names[number] if number >= 0 else NO_SEGMENT


def _fits(array: NDArray[Any], shape: tuple[int, ...]) -> bool:
    """Whether these are numbers of that shape, none beyond what rows are cut off at."""
    same = array.ndim == len(shape) and all(
        wanted in {0, size} for wanted, size in zip(shape, array.shape, strict=True)
    )
    return same and array.dtype == np.float64 and bool((np.abs(array) <= FARTHEST).all())


def _are_names(numbers: NDArray[Any], most: int) -> bool:
    """Whether these are numbers from 1 to ``most``, each once."""
    plain = numbers.ndim == 1 and numbers.dtype == np.int64
    return plain and len(set(numbers.tolist())) == len(numbers) and bool(((numbers >= 1) & (numbers <= most)).all())
