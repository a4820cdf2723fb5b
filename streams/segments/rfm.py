"""Recency, frequency and money in thirds, cut by running quantiles: segments whose names say what they are."""

import numpy as np

from streams.arrays import Floats, Ints
from streams.features.catalogue import NEVER, SEGMENT_ROW
from streams.segments.quantiles import WIDTH, Quantile
from streams.segments.segmenter import UNASSIGNED, Arrays, checked

ALGORITHM = "rfm"
THIRDS = (1 / 3, 2 / 3)
RECENCY, FREQUENCY, MONEY = (
    SEGMENT_ROW.index(name) for name in ("purchase.days_since", "purchase.recent", "purchase.mean_amount")
)
_NEVER = float(np.log1p(NEVER))
_LEVELS = len(THIRDS) + 1


class Thirds:
    """The form: ``cuts`` (3 × 2), the thirds of recency, frequency and money among buyers, as rows hold them."""

    def __init__(self, arrays: Arrays) -> None:
        self._cuts = arrays["cuts"]

    def assign(self, rows: Floats) -> Ints:
        """Numbers into ``RFM_SEGMENTS``; ``UNASSIGNED`` where it is unknown when they last bought."""
        known = checked(rows, len(SEGMENT_ROW))
        recency, frequency, money = (
            (known[:, column, None] > cuts).sum(axis=1)
            for column, cuts in zip((RECENCY, FREQUENCY, MONEY), self._cuts, strict=True)
        )
        worth = (frequency + money + 1) // 2
        found = np.where(known[:, RECENCY] >= _NEVER, 0, 1 + _LEVELS * recency + worth)
        return np.where(np.isnan(known[:, RECENCY]), UNASSIGNED, found).astype(np.int64)

    def anchors(self) -> Floats:
        """None are needed: the names follow from the numbers."""
        return np.zeros((0, len(SEGMENT_ROW)))

    def arrays(self) -> Arrays:
        """What ``Thirds`` takes."""
        return {"cuts": self._cuts}


class Rfm:
    """Learns the cuts from buyers; two running quantiles for each of the three. See ``Segmenter``."""

    def __init__(self) -> None:
        self._quantiles = [[Quantile(share) for share in THIRDS] for _ in range(3)]

    def learn(self, rows: Floats) -> None:
        """See ``Segmenter.learn``; who never bought, or nobody knows when, is no buyer."""
        known = checked(rows, len(SEGMENT_ROW))
        for row in known[known[:, RECENCY] < _NEVER].tolist():
            self._see((row[RECENCY], row[FREQUENCY], row[MONEY]))

    def form(self) -> Thirds:
        """See ``Segmenter.form``."""
        return Thirds({"cuts": np.array([[one.value for one in pair] for pair in self._quantiles])})

    def arrays(self) -> Arrays:
        """See ``Segmenter.arrays``."""
        return {"markers": np.array([[one.row for one in pair] for pair in self._quantiles])}

    @classmethod
    def restored(cls, arrays: Arrays) -> "Rfm":
        """The learner whose ``arrays`` these are."""
        found = cls()
        markers = arrays["markers"].reshape(3, len(THIRDS), WIDTH)
        found._quantiles = [[Quantile.restored(row) for row in pair.tolist()] for pair in markers]
        return found

    def _see(self, values: tuple[float, float, float]) -> None:
        for value, pair in zip(values, self._quantiles, strict=True):
            if not np.isnan(value):
                for quantile in pair:
                    quantile.update(value)
