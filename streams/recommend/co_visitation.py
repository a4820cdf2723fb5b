"""Co-visitation: items that were seen in one session, by decayed counts."""

import numpy as np

from streams.arrays import Floats, Ints
from streams.recommend.decay import ForwardDecay
from streams.recommend.recommender import Arrays, Capacity, Interaction, at_slots, copied
from streams.recommend.rows import count, drop, drop_seen, remember, spread

HALF_LIFE = 14.0 * 86_400.0
PAUSE = 1_800.0
"""Seconds without an interaction that end a session."""
SESSION_ITEMS, PARTNERS = 10, 32
FADES = 0.85 ** np.arange(SESSION_ITEMS)
"""What an item of the session tells, against those after it."""


def start_co_visitation(capacity: Capacity, seed: int) -> Arrays:
    """``partners`` and ``counts`` (items × 32), ``session`` and ``session_at`` (users × 10, the latest first)."""
    del seed
    return {
        "partners": np.full((capacity.items, PARTNERS), -1, np.int64),
        "counts": np.zeros((capacity.items, PARTNERS)),
        "session": np.full((capacity.users, SESSION_ITEMS), -1, np.int64),
        "session_at": np.zeros((capacity.users, SESSION_ITEMS)),
        "landmark": np.full(1, np.nan),
    }


class CoVisitation:
    """Σ over the items of the user's latest session of P(item | it, the same session), older ones telling less."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = own = copied(arrays)
        self._partners, self._counts = own["partners"], own["counts"]
        self._session, self._session_at = own["session"], own["session_at"]
        self._decay = ForwardDecay(HALF_LIFE, own["landmark"], self._counts)

    def learn(self, seen: Interaction) -> None:
        """Count the item beside those of the running session, both ways."""
        session, times = self._session[seen.user], self._session_at[seen.user]
        if seen.at - times[0] > PAUSE:
            session[:] = -1
        weight = seen.weight * self._decay.advance(seen.at)
        for other in session[(session >= 0) & (session != seen.item)].tolist():
            count(self._partners[other], self._counts[other], seen.item, weight)
            count(self._partners[seen.item], self._counts[seen.item], other, weight)
        remember(session, times, seen.item, seen.at)

    def scores(self, user: int, items: Ints, at: float) -> Floats:
        """At least 0, at most about 6; 0 of what was never seen beside the session's items."""
        del at
        if user < 0:
            return np.zeros(len(items))
        total, session = np.zeros(len(self._counts)), self._session[user]
        masses = np.maximum(self._counts[session].sum(axis=1), np.finfo(np.float64).tiny)
        spread(session, FADES / masses, self._partners, self._counts, total)
        return at_slots(total, items)

    def forget(self, users: Ints, items: Ints) -> None:
        """Empty slots; see ``Recommender.forget``."""
        self._session[users] = -1
        if len(items):
            gone = np.zeros(len(self._counts), np.int64)
            gone[items] = 1
            self._partners[items], self._counts[items] = -1, 0.0
            drop(self._partners, self._counts, gone)
            drop_seen(self._session, self._session_at, gone)

    def arrays(self) -> Arrays:
        """Partners, counts, sessions."""
        return copied(self._arrays)
