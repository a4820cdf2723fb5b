"""Choices as they come: what goes with what, what is liked within a category, what is bought together."""

from collections.abc import Iterable, Sequence
from math import exp2
from typing import TypeVar

import numpy as np

from schemas.items import ChosenItem, ItemsChosen
from streams.arrays import Floats
from streams.profiles.observing import DAY, INTEREST
from streams.profiles.user import mark
from streams.recommend.pool import columns, step
from streams.recommend.serving.context import CONTEXT_ITEMS, Context
from streams.recommend.serving.known import ChoicesState, Pair, Source
from streams.recommend.serving.liked import Liked
from streams.recommend.serving.rows import Rows

MEMBERS = ("popularity", "co_visitation", "content")
HALF_LIFE = 7.0 * DAY
FURTHEST = 60.0
"""Half-lives from the landmark after which everything is seen from a new one."""
MOST_ITEMS, MOST_SOURCES, MOST_PAIRS, PARTNERS = 10_000, 20_000, 50_000, 16
ALTERNATIVES = 64
"""Items by lot beside which a choice is learned from."""
FADES = tuple(0.85**k for k in range(CONTEXT_ITEMS))
"""What an item of the context tells, against those before it."""

N = TypeVar("N", int, float)


class Choices:
    """Popularity, co-visitation and content over what was chosen, blended by weights that are learned from choices.

    A choice of what was not before the customer's eyes is scored beside items by lot, for the pool's weights, before
    anything else is learned of it. What a customer chooses again teaches nothing: who it was is not known, but pairs of
    customer and item are, those chosen last.
    """

    def __init__(self, most_items: int = MOST_ITEMS, most_sources: int = MOST_SOURCES) -> None:
        self.liked = Liked(most_items)
        self.sources = Rows(Source, b"s/", most_sources)
        self.pairs = Rows(Pair, b"p/", MOST_PAIRS)
        self.tables = (self.liked.items, self.liked.categories, self.sources, self.pairs)
        self.state = self.liked.state

    def restore(self, state: ChoicesState, entries: Iterable[tuple[bytes, bytes]]) -> None:
        """Go on from a checkpoint."""
        self.state, kept = state, list(entries)
        self.liked.restore(state, kept)
        self.sources.restore(kept)
        self.pairs.restore(kept)

    def learn(self, seen: ItemsChosen) -> None:
        """Take the next choice."""
        weight = INTEREST[seen.kind] * self._growth(seen.at)
        for chosen in seen.chosen:
            if self._is_first(chosen.pair):
                self._learn(chosen, seen, weight)
        if seen.kind == "purchase":
            self._order(dict.fromkeys(mark(chosen.item) for chosen in seen.chosen))

    def related(self, items: Sequence[int]) -> dict[int, float]:
        """Σ over the items of a context of P(item | it), older ones telling less, by item."""
        found: dict[int, float] = {}
        for fade, source in zip(FADES, items, strict=False):
            row = self.sources.get(source)
            mass = sum(row.partners.values()) if row else 0.0
            if row is None or mass <= 0.0:
                continue
            for partner, weight in row.partners.items():
                found[partner] = found.get(partner, 0.0) + fade * weight / mass
        return found

    def parts(self, context: Context, items: Sequence[int]) -> Floats:
        """The members' scores of items by mark: members × n; 0 of unknown ones."""
        related, shares, liked = self.related(context.items), dict(context.interests), self.liked
        found = np.zeros((len(MEMBERS), len(items)))
        for place, key in enumerate(items):
            item = liked.items.get(key)
            if item is not None:
                interest = shares.get(item.category, 0.0) * liked.within(item)
                found[:, place] = liked.popularity(item), related.get(key, 0.0), interest
        return found

    def scores(self, context: Context, items: Sequence[int]) -> Floats:
        """The blend's scores of items by mark (n): at least 0, 0 of unknown ones."""
        return np.asarray(np.array(self.state.weights) @ columns(self.parts(context, items), len(self.liked.items)))

    def _is_first(self, pair: int) -> bool:
        number = self.state.touch()
        known = self.pairs.touch(pair, number) is not None
        if not known:
            self.pairs.add(pair, Pair(number))
        return not known

    def _learn(self, chosen: ChosenItem, seen: ItemsChosen, weight: float) -> None:
        item = mark(chosen.item)
        before = Context(tuple([other for other in seen.beside if other != item]), seen.interests)
        if self.liked.items.get(item) is not None and item not in seen.beside:
            self._choose(item, before)
        if self.liked.meet(item, chosen, weight):
            for source in before.items:
                self._count(source, item, weight)

    def _choose(self, item: int, context: Context) -> None:
        """Learn the pool's weights from a choice."""
        state, slots = self.state, self.liked.slots
        lot = np.random.default_rng([0, state.learned]).integers(0, len(slots), ALTERNATIVES).tolist()
        others = [slots[slot] for slot in lot if slots[slot] != item and slots[slot] not in context.items]
        weights, squares = np.array(state.weights), np.array(state.squares)
        step(weights, squares, columns(self.parts(context, [item, *others]), len(slots)))
        state.weights, state.squares = weights.tolist(), squares.tolist()
        state.learned += 1

    def _count(self, source: int, item: int, weight: float) -> None:
        number = self.state.touch()
        row = self.sources.touch(source, number)
        if row is None:
            row = Source(number)
            self.sources.add(source, row)
        _raise(row.partners, item, weight)

    def _order(self, items: Iterable[int]) -> None:
        """Count an order, for the rules of bundles."""
        known = [(key, row) for key in items if (row := self.liked.items.touch(key, self.state.touch()))]
        self.state.orders += bool(known)
        for key, row in known:
            row.orders += 1
            for other, _ in known:
                if other != key:
                    _raise(row.together, other, 1)

    def _growth(self, at: int) -> float:
        """What one at ``at`` (ms) weighs; the landmark moves there when it is far behind."""
        state = self.state
        state.landmark = state.landmark or at
        since = (at - state.landmark) / HALF_LIFE
        if since < FURTHEST:
            return exp2(max(since, -FURTHEST))
        state.landmark, factor = at, exp2(-min(since, 1000.0))
        self.liked.scale(factor)
        for _, source in self.sources.entries():
            source.partners = {key: weight * factor for key, weight in source.partners.items()}
        self.sources.change_all()
        return 1.0


def _raise(counts: dict[int, N], key: int, amount: N) -> None:
    """Add to a counter; where there is none and no room, the smallest gives way (of equals, the lower mark)."""
    if key not in counts and len(counts) >= PARTNERS:
        del counts[min(counts, key=lambda known: (counts[known], known))]
    counts[key] = counts[key] + amount if key in counts else amount
