"""The arrays of a served recommender: their types, and whether they fit together."""

import numpy as np

from streams.arrays import Ints
from streams.ids import short_hash
from streams.recommend.recommender import Arrays
from streams.recommend.serving.choices import MEMBERS

TYPES = {
    "texts": "uint8",
    "ends": "int32",
    "categories": "int64",
    "popularity": "float64",
    "within": "float64",
    "weights": "float64",
    "sources": "int64",
    "source_ends": "int32",
    "partners": "int32",
    "chances": "float32",
    "rule_ends": "int32",
    "rule_items": "int32",
    "rule_chances": "float32",
}
"""Types by name; all have one dimension (see ``published.arrays_of``)."""
MOST_WEIGHT = 1e6
"""Of a member in the pool; steps of AdaGrad stay far below it."""
SHARES = ("popularity", "within", "chances", "rule_chances")


def item_marks(arrays: Arrays) -> Ints | None:
    """The marks of the items (n, rising), as their texts say; None where the arrays do not fit together."""
    if set(arrays) != set(TYPES) or not all(_has_type(arrays, name) for name in TYPES) or not _fit(arrays):
        return None
    blob, ends = arrays["texts"].tobytes(), arrays["ends"].tolist()
    try:
        texts = [blob[start:end].decode() for start, end in zip([0, *ends], ends, strict=False)]
    except UnicodeDecodeError:
        return None
    marks = np.array([short_hash(text) for text in texts], np.int64)
    return marks if _rise(marks) else None


def _has_type(arrays: Arrays, name: str) -> bool:
    return arrays[name].ndim == 1 and arrays[name].dtype == TYPES[name]


def _fit(own: Arrays) -> bool:
    count, sources = len(own["ends"]), len(own["sources"])
    sized = len(own["weights"]) == 2 * len(MEMBERS) and len(own["source_ends"]) == sources
    sized &= all(len(own[name]) == count for name in ("categories", "popularity", "within", "rule_ends"))
    parts = (("ends", "texts"), ("source_ends", "partners"), ("rule_ends", "rule_items"))
    ended = all(_ends(own[ends], len(own[of])) for ends, of in parts)
    paired = len(own["chances"]) == len(own["partners"]) and len(own["rule_chances"]) == len(own["rule_items"])
    placed = all(_within(own[name], count) for name in ("partners", "rule_items"))
    shares = all(bool(((own[name] >= 0.0) & (own[name] <= 1.0)).all()) for name in SHARES)
    weighed = bool(((own["weights"] >= 0.0) & (own["weights"] <= MOST_WEIGHT)).all())
    return sized and ended and paired and placed and shares and weighed and _rise(own["sources"])


def _ends(ends: Ints, length: int) -> bool:
    """Whether these cut so many things into pieces, the last one ending where they end."""
    if not len(ends):
        return length == 0
    return bool(ends[0] >= 0 and (np.diff(ends.astype(np.int64)) >= 0).all() and ends[-1] == length)


def _within(places: Ints, count: int) -> bool:
    return bool(((places >= 0) & (places < count)).all())


def _rise(marks: Ints) -> bool:
    return bool((marks[1:] > marks[:-1]).all())
