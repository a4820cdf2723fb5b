"""Model snapshots that say next to nothing, but score."""

import msgspec
import numpy as np

from schemas.models import ModelSnapshot
from streams.features.catalogue import RESPONSE_ROW, VERSION
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
