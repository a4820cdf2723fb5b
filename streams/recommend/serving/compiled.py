"""The compiled form of the served recommender: what ``decide`` asks for items."""

from bisect import bisect_left
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from math import log1p
from typing import NamedTuple

import numpy as np

from schemas.models import ModelSnapshot
from streams.arrays import Ints
from streams.folding import Refusal
from streams.models.snapshots import unpack
from streams.recommend.recommender import Arrays
from streams.recommend.serving.choices import FADES, MEMBERS
from streams.recommend.serving.context import Context
from streams.recommend.serving.layout import item_marks

DEEP = 16
"""So many of each category, and of all, are looked at by popularity: who looks alike but for it comes after these."""
COMPANIONS = 2
"""Items that a bundle adds."""


class Scored(NamedTuple):
    """An item with its mark and score: the blend's, or in a bundle the least chance that it is ordered too."""

    item: str
    mark: int
    score: float


class ServedItems:
    """Scores items for what a customer is up to as ``Choices.scores`` does, to 1e-6: chances travel as float32."""

    def __init__(self, arrays: Arrays, marks: Ints) -> None:
        self._own, self._marks, self._texts = arrays, marks, arrays["texts"].tobytes()
        self._weights: list[float] = arrays["weights"].tolist()
        categories, popularity = arrays["categories"], arrays["popularity"]
        self._popular = np.lexsort((marks, -popularity))
        self._shelves = self._popular[np.argsort(categories[self._popular], kind="stable")]
        self._shelf_of = categories[self._shelves]

    @classmethod
    def from_snapshot(cls, snapshot: ModelSnapshot) -> "ServedItems":
        """Compile a verified snapshot.

        Raises:
            Refusal: its arrays make no recommender.

        """
        arrays = {name: unpack(array) for name, array in snapshot.arrays.items()}
        marks = item_marks(arrays)
        if marks is None:
            raise Refusal(f"model {snapshot.key}: its arrays recommend nothing", "publish the model again")
        return cls(arrays, marks)

    def best(self, context: Context, without: AbstractSet[int], most: int) -> list[Scored]:
        """At most so many items for a context, the highest score first, but those ``without`` (marks)."""
        related = self._related(context.items)
        shelves = [self._shelf(category) for category, _ in context.interests]
        places = dict.fromkeys(place for place in related if int(self._marks[place]) not in without)
        for shelf in (*shelves, self._popular):
            places |= dict.fromkeys(self._allowed(shelf, without))
        scores = self._scores(list(places), related, dict(context.interests))
        ranked = sorted(zip(scores, places, strict=True), key=lambda found: (-found[0], found[1]))
        return [self._scored(place, score) for score, place in ranked[:most]]

    def bundle(self, anchors: Iterable[int], without: AbstractSet[int]) -> list[Scored]:
        """One of the ``anchors`` (marks, the first of equals) and what is ordered with it most surely; [] without."""
        found: list[Scored] = []
        for anchor in anchors:
            place = self._place(anchor)
            together = [] if place is None else self._together(place, without)
            if place is not None and together and (not found or together[0].score > found[1].score):
                found = [self._scored(place, 1.0), *together]
        return found

    def score(self, context: Context, mark: int) -> float:
        """The score of one item; 0 of an unknown one."""
        place = self._place(mark)
        return 0.0 if place is None else self._scores([place], self._related(context.items), dict(context.interests))[0]

    def category(self, mark: int) -> int | None:
        """The category (mark, 0: none) of an item; None of an unknown one."""
        place = self._place(mark)
        return None if place is None else int(self._own["categories"][place])

    def _related(self, items: Iterable[int]) -> dict[int, float]:
        """Σ P(item | it) over a context's items, by the item's place."""
        found: dict[int, float] = {}
        sources, ends = self._own["sources"], self._own["source_ends"]
        for fade, source in zip(FADES, items, strict=False):
            k = bisect_left(sources, source)
            if k == len(sources) or sources[k] != source:
                continue
            own = slice(int(ends[k - 1]) if k else 0, int(ends[k]))
            partners, chances = self._own["partners"][own].tolist(), self._own["chances"][own].tolist()
            for partner, chance in zip(partners, chances, strict=True):
                found[partner] = found.get(partner, 0.0) + fade * chance
        return found

    def _scores(self, places: list[int], related: dict[int, float], shares: dict[int, float]) -> list[float]:
        """The blend's scores of items by place (n); in plain floats, so that they are the same on all our machines."""
        own, known, weights, count = self._own, len(self._marks), self._weights, len(MEMBERS)
        columns = [own[name][places].tolist() for name in ("popularity", "within", "categories")]
        found = []
        for place, popularity, within, category in zip(places, *columns, strict=True):
            parts = (popularity, related.get(place, 0.0), shares.get(category, 0.0) * within)
            logarithms = sum(weight * log1p(known * part) for weight, part in zip(weights, parts, strict=False))
            found.append(logarithms + sum(w for w, part in zip(weights[count:], parts, strict=True) if part > 0.0))
        return found

    def _shelf(self, category: int) -> Ints:
        """The places of a category's items, the most popular first."""
        low, high = np.searchsorted(self._shelf_of, (category, category + 1))
        return self._shelves[low:high] if category else self._shelves[:0]

    def _allowed(self, places: Ints, without: AbstractSet[int]) -> list[int]:
        """The first of these that may be recommended."""
        some = places[: DEEP + len(without)]
        marks = self._marks[some].tolist()
        return [place for place, mark in zip(some.tolist(), marks, strict=True) if mark not in without][:DEEP]

    def _together(self, place: int, without: AbstractSet[int]) -> list[Scored]:
        ends = self._own["rule_ends"]
        own = slice(int(ends[place - 1]) if place else 0, int(ends[place]))
        rules = zip(self._own["rule_items"][own].tolist(), self._own["rule_chances"][own].tolist(), strict=True)
        allowed = [self._scored(other, chance) for other, chance in rules if int(self._marks[other]) not in without]
        return allowed[:COMPANIONS]

    def _place(self, mark: int) -> int | None:
        place = bisect_left(self._marks, mark)
        return place if place < len(self._marks) and self._marks[place] == mark else None

    def _scored(self, place: int, score: float) -> Scored:
        ends = self._own["ends"]
        text = self._texts[int(ends[place - 1]) if place else 0 : int(ends[place])]
        return Scored(text.decode(), int(self._marks[place]), score)
