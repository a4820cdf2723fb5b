"""What was learned of choices as plain arrays: all that ``compiled`` needs, and nothing of customers."""

from itertools import accumulate

import numpy as np

from streams.recommend.recommender import Arrays
from streams.recommend.serving.bundles import mined
from streams.recommend.serving.choices import Choices

ALGORITHM = "item_blend"


def arrays_of(choices: Choices) -> Arrays:
    """At most 4 MB (tests/bounds) at the capacities of ``choices``.

    ``texts`` are the n items' ids in UTF-8 one after the other, ending at ``ends`` (n); ``categories``, ``popularity``
    and ``within`` (n) are theirs. ``sources`` (m, rising) are marks; what goes with source k are the items
    ``partners`` with ``chances`` from ``source_ends[k − 1]`` to ``source_ends[k]``. Rules likewise, by item:
    ``rule_ends`` (n), ``rule_items``, ``rule_chances``. ``weights`` are the pool's.
    """
    liked = choices.liked
    items = sorted(liked.items.entries())
    places = {key: place for place, (key, _) in enumerate(items)}
    texts = [item.text.encode() for _, item in items]
    found: Arrays = {
        "texts": np.frombuffer(b"".join(texts), np.uint8),
        "ends": np.array(list(accumulate(map(len, texts))), np.int32),
        "categories": np.array([item.category for _, item in items], np.int64),
        "popularity": np.array([liked.popularity(item) for _, item in items], np.float64),
        "within": np.array([liked.within(item) for _, item in items], np.float64),
        "weights": np.array(choices.state.weights),
    }
    return found | _related(choices, places) | _rules(choices, places)


def _related(choices: Choices, places: dict[int, int]) -> Arrays:
    sources: list[int] = []
    ends: list[int] = []
    partners: list[int] = []
    chances: list[float] = []
    for key, row in sorted(choices.sources.entries()):
        mass = sum(row.partners.values())
        known = sorted((places[partner], weight) for partner, weight in row.partners.items() if partner in places)
        if known and mass > 0.0:
            partners += [place for place, _ in known]
            chances += [weight / mass for _, weight in known]
            sources.append(key)
            ends.append(len(partners))
    return {
        "sources": np.array(sources, np.int64),
        "source_ends": np.array(ends, np.int32),
        "partners": np.array(partners, np.int32),
        "chances": np.array(chances, np.float32),
    }


def _rules(choices: Choices, places: dict[int, int]) -> Arrays:
    rules = mined(choices, places)
    return {
        "rule_ends": np.searchsorted(rules.first, np.arange(len(places)), side="right").astype(np.int32),
        "rule_items": rules.second.astype(np.int32),
        "rule_chances": rules.chances.astype(np.float32),
    }
