"""Rows of customers of four kinds, as segmenters see them, and how they drift."""

import numpy as np

from streams.arrays import Floats, Ints
from streams.features.catalogue import NEVER, SEGMENT_ROW

COLUMNS = len(SEGMENT_ROW)
KINDS = ("window shopper", "regular", "bargain hunter", "lapsed")

_MEANS: dict[str, tuple[float, float, float, float]] = {
    "lifecycle.days_since_last": (1.0, 2.0, 3.0, 60.0),
    "activity.views": (12.0, 6.0, 30.0, 0.3),
    "activity.clicks": (3.0, 3.0, 9.0, 0.1),
    "activity.carts": (0.3, 3.0, 5.0, 0.1),
    "activity.favourites": (0.3, 0.5, 8.0, 0.1),
    "interest.top_share": (0.4, 0.6, 0.3, 0.5),
    "purchase.days_since": (NEVER, 9.0, 14.0, 90.0),
    "purchase.recent": (0.0, 3.0, 1.5, 0.1),
    "purchase.mean_amount": (0.0, 30_000.0, 8_000.0, 20_000.0),
    "response.click_rate": (0.03, 0.06, 0.25, 0.04),
    "coupon.share": (0.0, 0.1, 0.8, 0.2),
}


def rows_of(seed: int, count: int, drifted: float = 0.0) -> tuple[Floats, Ints]:
    """``count`` rows and the kind of each; what they do is ``drifted`` in log units from where it was."""
    random = np.random.default_rng(seed)
    kinds = random.choice(len(KINDS), size=count, p=(0.4, 0.3, 0.2, 0.1))
    typical = np.log1p(np.array([_MEANS[name] for name in SEGMENT_ROW])).T[kinds]
    noise = random.normal(0.0, 0.35, size=typical.shape) * np.minimum(typical, 1.0)
    lively = 1.0 + drifted * np.array([name.startswith("activity") for name in SEGMENT_ROW])
    never = typical == np.log1p(NEVER)
    return np.where(never, typical, np.maximum(typical * lively + noise, 0.0)), kinds.astype(np.int64)
