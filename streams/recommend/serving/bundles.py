"""Rules of bundles: pairs of items that are ordered together more often than by chance."""

from typing import NamedTuple

import numpy as np

from streams.arrays import Floats, Ints
from streams.recommend.lift import discovered, lower_lift, p_values
from streams.recommend.serving.choices import Choices

LEAST_ORDERS = 3
"""An item in fewer is in no rule."""
MOST_RULES = 20_000


class Rules(NamedTuple):
    """``first`` → ``second`` (n each, places of items in the order of ``places``), in that order.

    ``chances`` (n) are the lower bounds of P(second in the order | first in it).
    """

    first: Ints
    second: Ints
    chances: Floats


def mined(choices: Choices, places: dict[int, int]) -> Rules:
    """The rules of all orders: the lift is surely above 1, false discovery rate 5 % over all pairs that could be rules.

    Source: see ``lift``. Of more than 20,000 the strongest; ``places`` of the known items by mark.
    """
    alone = np.zeros(len(places))
    pairs: list[tuple[int, int, int]] = []
    for key, item in choices.liked.items.entries():
        alone[places[key]] = item.orders
        pairs += [(places[key], places[other], n) for other, n in item.together.items() if other in places]
    first, second, together = np.array(pairs, np.int64).reshape(-1, 3).T
    frequent = np.minimum(alone[first], alone[second]) >= LEAST_ORDERS
    first, second, counts = first[frequent], second[frequent], together[frequent].astype(np.float64)
    orders, items = float(choices.state.orders), float((alone >= LEAST_ORDERS).sum())
    bounds = lower_lift(counts, alone[first], alone[second], orders)
    believed = discovered(p_values(counts, alone[first], alone[second], orders), items * (items - 1.0)) & (bounds > 1.0)
    first, second, bounds = first[believed], second[believed], bounds[believed]
    chances = np.minimum(bounds * alone[second] / max(orders, 1.0), 1.0)
    strongest = np.lexsort((second, first, -chances))[:MOST_RULES]
    kept = strongest[np.lexsort((-chances[strongest], first[strongest]))]
    return Rules(first[kept], second[kept], chances[kept])
