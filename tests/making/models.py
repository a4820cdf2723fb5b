"""Model snapshots that say next to nothing, but score."""

import msgspec
import numpy as np

from schemas.models import ModelSnapshot
from streams.features.catalogue import RESPONSE_ROW, SEGMENT_ROW, VERSION
from streams.models.snapshots import pack, seal


def snapshot(version: int = 1, shift: float = 0.0, **changes: object) -> ModelSnapshot:
    """A purchase model with some fields replaced before sealing."""
    columns = len(RESPONSE_ROW)
    made = ModelSnapshot(
        name="purchase",
        version=version,
        algorithm="logistic",
        catalogue=VERSION,
        features=RESPONSE_ROW,
        arrays={
            "mean": pack(np.zeros(columns)),
            "deviation": pack(np.ones(columns)),
            "weight": pack(np.zeros(columns)),
            "clip": pack(np.array([5.0])),
            "intercept": pack(np.array([shift])),
            "calibration": pack(np.array([1.0, 0.0])),
        },
        trained_on=1,
        trained_until=2,
        closed={"cart-rescue": 7},
    )
    return seal(msgspec.structs.replace(made, **changes))


def segments(version: int = 1, numbers: tuple[int, ...] = (1, 2), **changes: object) -> ModelSnapshot:
    """Two segments, those who look around much and those who do not, called by these numbers."""
    views = np.array([float(name == "activity.views") for name in SEGMENT_ROW])
    made = ModelSnapshot(
        name="segments",
        version=version,
        algorithm="k_means",
        catalogue=VERSION,
        features=SEGMENT_ROW,
        arrays={
            "centres": pack(np.stack([0.5 * views, 2.0 * views])),
            "means": pack(np.zeros(len(SEGMENT_ROW))),
            "units": pack(np.where(views > 0, 1.0, 1e6)),
            "names": pack(np.array(numbers)),
            "sizes": pack(np.array([3, 1])),
            "medians": pack(np.stack([0.5 * views, 2.0 * views, views])),
            "apart": pack(np.stack([-views, 2.0 * views, 0.0 * views])),
        },
        trained_on=1,
        trained_until=2,
    )
    return seal(msgspec.structs.replace(made, **changes))
