"""Loops over small capped rows: what was seen last, and counters of partners. A slot of −1 is empty."""

from streams.arrays import Floats, Ints
from streams.response.progressive.machine_code import machine_code


@machine_code
def remember(row: Ints, times: Floats, item: int, at: float) -> bool:
    """Put an item first in a row (H, the latest first), the last one out; whether it was there already."""
    place, last = 0, len(row) - 1
    while place < last and row[place] not in (item, -1):
        place += 1
    known = bool(row[place] == item)
    while place > 0:
        row[place], times[place] = row[place - 1], times[place - 1]
        place -= 1
    row[0], times[0] = item, at
    return known


@machine_code
def count(partners: Ints, counts: Floats, partner: int, weight: float) -> None:
    """Add to a partner's counter in a row (K); where there is none and no room, the smallest gives way."""
    smallest = 0
    for place in range(len(partners)):
        if partners[place] == partner:
            counts[place] += weight
            return
        if counts[place] < counts[smallest]:
            smallest = place
    partners[smallest], counts[smallest] = partner, weight


@machine_code
def spread(sources: Ints, shares: Floats, partners: Ints, strengths: Floats, total: Floats) -> None:
    """Add each source's share × strength to its partners' ``total`` (items); ``partners`` is items × K."""
    for k in range(len(sources)):
        source = sources[k]
        if source < 0:
            continue
        for place in range(partners.shape[1]):
            if partners[source, place] >= 0:
                total[partners[source, place]] += shares[k] * strengths[source, place]


@machine_code
def drop(partners: Ints, counts: Floats, gone: Ints) -> None:
    """Empty the counters (rows × K) of partners that are ``gone`` (a flag per slot)."""
    for row in range(partners.shape[0]):
        for place in range(partners.shape[1]):
            if partners[row, place] >= 0 and gone[partners[row, place]]:
                partners[row, place], counts[row, place] = -1, 0.0


@machine_code
def drop_seen(row_items: Ints, times: Floats, gone: Ints) -> None:
    """Take items that are ``gone`` (a flag per slot) out of rows (rows × H) that are in the order of time."""
    for row in range(row_items.shape[0]):
        kept = 0
        for place in range(row_items.shape[1]):
            item = row_items[row, place]
            if item >= 0 and not gone[item]:
                row_items[row, kept], times[row, kept] = item, times[row, place]
                kept += 1
        row_items[row, kept:], times[row, kept:] = -1, 0.0
