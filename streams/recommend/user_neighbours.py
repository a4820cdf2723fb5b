"""User neighbours: what users saw whose latest items are alike (Resnick et al. 1994), by cosine of decayed counts."""

import numpy as np

from streams.arrays import Floats, Ints
from streams.recommend.recommender import Arrays, Capacity, Interaction, at_slots, copied
from streams.recommend.rows import drop_seen, remember
from streams.response.progressive.machine_code import machine_code

HALF_LIFE = 30.0 * 86_400.0
HISTORY, VIEWERS, NEIGHBOURS = 32, 24, 20


def start_user_neighbours(capacity: Capacity, seed: int) -> Arrays:
    """``history``, ``history_at`` (users × 32) and ``viewers``, ``viewers_at`` (items × 24), the latest first."""
    del seed
    return {
        "history": np.full((capacity.users, HISTORY), -1, np.int64),
        "history_at": np.zeros((capacity.users, HISTORY)),
        "viewers": np.full((capacity.items, VIEWERS), -1, np.int64),
        "viewers_at": np.zeros((capacity.items, VIEWERS)),
    }


class UserNeighbours:
    """Σ over the 20 users nearest by cosine of cosine × their entry for the item.

    An entry is 2^(t / 2h) seen from now, t being when the user last saw the item; only the latest 32 items of a user
    and the latest 24 users of an item count.
    """

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = own = copied(arrays)
        self._history, self._history_at = own["history"], own["history_at"]
        self._viewers, self._viewers_at = own["viewers"], own["viewers_at"]

    def learn(self, seen: Interaction) -> None:
        """The item becomes the user's latest, the user the item's."""
        remember(self._history[seen.user], self._history_at[seen.user], seen.item, seen.at)
        remember(self._viewers[seen.item], self._viewers_at[seen.item], seen.user, seen.at)

    def scores(self, user: int, items: Ints, at: float) -> Floats:
        """At least 0, at most 20; 0 of what no neighbour saw."""
        if user < 0:
            return np.zeros(len(items))
        own = self._history[user]
        viewers = np.unique(np.append(self._viewers[own[own >= 0]], user))
        viewers = viewers[viewers >= 0]
        history, entries = self._history[viewers], _entries(self._history_at[viewers], at)
        near, cosines = _nearest(int(np.searchsorted(viewers, user)), history, entries)
        total = np.zeros(len(self._viewers))
        _gather(near, cosines, history, entries, total)
        return at_slots(total, items)

    def forget(self, users: Ints, items: Ints) -> None:
        """Empty slots; see ``Recommender.forget``."""
        for gone, own, own_at, others, others_at in (
            (users, self._history, self._history_at, self._viewers, self._viewers_at),
            (items, self._viewers, self._viewers_at, self._history, self._history_at),
        ):
            if len(gone):
                flags = np.zeros(len(own), np.int64)
                flags[gone] = 1
                own[gone], own_at[gone] = -1, 0.0
                drop_seen(others, others_at, flags)

    def arrays(self) -> Arrays:
        """Histories and viewers."""
        return copied(self._arrays)


def _entries(times: Floats, at: float) -> Floats:
    return np.asarray(2.0 ** np.clip((times - at) / (2.0 * HALF_LIFE), -60.0, 60.0))


@machine_code
def _product(own: Ints, entries: Floats, other: Ints, others: Floats) -> float:
    """Σ over the items in both rows (H) of their entries' product."""
    total = 0.0
    for k in range(len(own)):
        for m in range(len(other)):
            if own[k] >= 0 and own[k] == other[m]:
                total += entries[k] * others[m]
    return float(total)


@machine_code
def _nearest(user: int, history: Ints, entries: Floats) -> tuple[Ints, Floats]:
    """The rows nearest to that of ``user`` (−1: fewer), and their cosines; ``history`` and ``entries`` are n × H."""
    near, cosines = np.full(NEIGHBOURS, -1, np.int64), np.zeros(NEIGHBOURS)
    own = _product(history[user], entries[user], history[user], entries[user])
    for other in range(len(history)):
        if other == user:
            continue
        square = _product(history[other], entries[other], history[other], entries[other])
        product = _product(history[user], entries[user], history[other], entries[other])
        cosine = product / (own * square) ** 0.5 if product > 0.0 else 0.0
        place = NEIGHBOURS - 1
        if cosine <= cosines[place]:
            continue
        while place > 0 and cosines[place - 1] < cosine:
            near[place], cosines[place] = near[place - 1], cosines[place - 1]
            place -= 1
        near[place], cosines[place] = other, cosine
    return near, cosines


@machine_code
def _gather(near: Ints, cosines: Floats, history: Ints, entries: Floats, total: Floats) -> None:
    """Add the neighbours' entries × cosine to ``total`` (items)."""
    for k in range(len(near)):
        for place in range(history.shape[1] if near[k] >= 0 else 0):
            if history[near[k], place] >= 0:
                total[history[near[k], place]] += cosines[k] * entries[near[k], place]
