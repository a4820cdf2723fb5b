"""The rows of closed decisions become segments: learned one by one, named after those before, described."""

from math import isfinite

import msgspec
import numpy as np

from schemas.models import Array, ModelSnapshot
from streams.arrays import Floats
from streams.features import catalogue
from streams.models.snapshots import pack, seal, unpack
from streams.segments import k_means, rfm
from streams.segments.k_means import Centres, KMeans
from streams.segments.naming import Names, first_names, names_after
from streams.segments.portraits import described
from streams.segments.rfm import Rfm
from streams.segments.segmenter import Arrays, Form

SEGMENTS = "segments"
RFM = "rfm"
RECENT = 512
"""The newest rows are kept, so that versions can be compared on them and segments described."""
SEED = 5
_COLUMNS = tuple(catalogue.RESPONSE_ROW.index(name) for name in catalogue.SEGMENT_ROW)

Packed = dict[str, Array]


class SegmentsState(msgspec.Struct, array_like=True):
    """Of bounded size: both learners, the newest rows, the version published last with its names."""

    learned: int = 0
    k_means: Packed = {}
    rfm: Packed = {}
    recent: Array | None = None
    published: Packed = {}
    numbers: tuple[int, ...] = ()
    last: int = 0


class SegmentLearning:
    """Learns customers' rows as they were decided on, whoever they are: segments have no labels to be kept from."""

    def __init__(self, state: SegmentsState, batch: int = k_means.BATCH) -> None:
        self.learned, self._batch = state.learned, batch
        width = len(catalogue.SEGMENT_ROW)
        self._k_means = KMeans.restored(_unpacked(state.k_means)) if state.k_means else KMeans(width, SEED, batch=batch)
        self._rfm = Rfm.restored(_unpacked(state.rfm)) if state.rfm else Rfm()
        self._recent: list[Floats] = [] if state.recent is None else list(unpack(state.recent))
        self._published = Centres(_unpacked(state.published)) if state.published else None
        self._names = Names(state.numbers, state.last)

    @property
    def ready(self) -> tuple[str, ...]:
        """The models that can be published: both, once a batch of rows was learned."""
        return (SEGMENTS, RFM) if self.learned >= self._batch else ()

    def learn_one(self, x: tuple[float, ...]) -> None:
        """Learn a response row; one that holds no finite numbers teaches nothing."""
        if not all(isfinite(x[column]) for column in _COLUMNS):
            return
        row = np.array([[x[column] for column in _COLUMNS]])
        self._k_means.learn(row)
        self._rfm.learn(row)
        self._recent = [*self._recent, row[0]][-RECENT:]
        self.learned += 1

    def snapshot(self, name: str, version: int, at: int) -> ModelSnapshot:
        """The sealed snapshot of a model that is ready; the names of clusters follow from the snapshot before."""
        form, numbers, count = self._named() if name == SEGMENTS else self._thirds()
        rows = np.array(self._recent)
        arrays = {**form.arrays(), "names": np.array(numbers), **described(rows, form.assign(rows), count)}
        snapshot = ModelSnapshot(
            name=name,
            version=version,
            algorithm=k_means.ALGORITHM if name == SEGMENTS else rfm.ALGORITHM,
            catalogue=catalogue.VERSION,
            features=catalogue.SEGMENT_ROW,
            arrays=_packed(arrays),
            trained_on=self.learned,
            trained_until=at,
        )
        return seal(snapshot)

    def state(self) -> SegmentsState:
        """What restores this."""
        return SegmentsState(
            self.learned,
            _packed(self._k_means.arrays()),
            _packed(self._rfm.arrays()),
            pack(np.array(self._recent)) if self._recent else None,
            _packed(self._published.arrays()) if self._published else {},
            *self._names,
        )

    def _named(self) -> tuple[Form, tuple[int, ...], int]:
        form, before = self._k_means.form(), self._published
        count, most = len(form.anchors()), len(catalogue.LEARNED_SEGMENTS)
        rows = np.array(self._recent)
        self._names = names_after(self._names, before, form, rows, most) if before else first_names(count)
        self._published = form
        return form, self._names.numbers, count

    def _thirds(self) -> tuple[Form, tuple[int, ...], int]:
        count = len(catalogue.RFM_SEGMENTS)
        return self._rfm.form(), tuple(range(1, count + 1)), count


def _packed(arrays: Arrays) -> Packed:
    return {name: pack(values) for name, values in arrays.items()}


def _unpacked(arrays: Packed) -> Arrays:
    return {name: unpack(values) for name, values in arrays.items()}
