"""A blend of recommenders that is learned: their scores as a log-linear pool, weights by conditional logit."""

from collections.abc import Sequence

import numpy as np

from streams.arrays import Floats, Ints
from streams.recommend.pool import columns, step
from streams.recommend.recommender import Arrays, Capacity, Family, Interaction, copied
from streams.recommend.rows import drop_seen, remember

ALTERNATIVES = 512
"""Items by lot beside which a chosen one is learned from: such samples leave the weights consistent."""
HISTORY = 64
POPULARITY = 0
"""The place of popularity among the members: before anything is learned the blend ranks as it does."""


def start_blend(members: Sequence[Family], capacity: Capacity, seed: int) -> Arrays:
    """Every member's arrays as ``member.array``; ``weights`` and their ``squares`` (2 per member), histories.

    ``known`` (items) marks items that were seen; ``steps`` (3) are the seed, choices learned, the highest slot + 1.
    """
    arrays = {
        f"{family.name}.{name}": values for family in members for name, values in family.start(capacity, seed).items()
    }
    weights = np.zeros(2 * len(members))
    weights[POPULARITY] = 1.0
    return arrays | {
        "weights": weights,
        "squares": np.zeros(2 * len(members)),
        "history": np.full((capacity.users, HISTORY), -1, np.int64),
        "history_at": np.zeros((capacity.users, HISTORY)),
        "known": np.zeros(capacity.items, np.int64),
        "steps": np.array([seed, 0, 0], np.int64),
    }


class Blend:
    """Σ over the members of weight × log(1 + items × score) + weight × (score above 0), no weight below 0.

    Learned from every first interaction of a user with an item that others have seen: the choice of this item among
    some by lot that the user has not seen (see ``pool``). It is scored before members learn it, so weights are learned
    from what members say of the unseen.
    """

    def __init__(self, members: Sequence[Family], arrays: Arrays) -> None:
        self._members = [(family.name, family.load(_own(arrays, family.name))) for family in members]
        own = copied({name: values for name, values in arrays.items() if "." not in name})
        self._arrays = own
        self._weights, self._squares = own["weights"], own["squares"]
        self._history, self._history_at = own["history"], own["history_at"]

    def learn(self, seen: Interaction) -> None:
        """Learn the choice, if it is one; then the members learn the interaction."""
        known, steps = self._arrays["known"], self._arrays["steps"]
        history = self._history[seen.user]
        if known[seen.item] and history[0] >= 0 and not (history == seen.item).any():
            self._choose(seen, history)
        for _, member in self._members:
            member.learn(seen)
        remember(history, self._history_at[seen.user], seen.item, seen.at)
        known[seen.item], steps[2] = 1, max(int(steps[2]), seen.item + 1)

    def scores(self, user: int, items: Ints, at: float) -> Floats:
        """Logits less that of an item which no member knows: at least 0."""
        return self.pooled(self.parts(user, items, at))

    def parts(self, user: int, items: Ints, at: float) -> Floats:
        """The members' scores: members × n, in the order of ``names``."""
        return np.stack([member.scores(user, items, at) for _, member in self._members])

    def pooled(self, parts: Floats) -> Floats:
        """The blend's scores (n) of items whose ``parts`` these are."""
        return np.asarray(self._weights @ columns(parts, int(self._arrays["steps"][2])))

    def names(self) -> list[str]:
        """The members' names."""
        return [name for name, _ in self._members]

    def weights(self) -> dict[str, tuple[float, float]]:
        """By member: the weights of its logarithm and of its having a score at all."""
        count = len(self._members)
        own = self._weights.tolist()
        return {name: (own[k], own[count + k]) for k, name in enumerate(self.names())}

    def forget(self, users: Ints, items: Ints) -> None:
        """Empty slots; see ``Recommender.forget``."""
        for _, member in self._members:
            member.forget(users, items)
        self._history[users] = -1
        if len(items):
            gone = np.zeros(len(self._arrays["known"]), np.int64)
            gone[items], self._arrays["known"][items] = 1, 0
            drop_seen(self._history, self._history_at, gone)

    def arrays(self) -> Arrays:
        """The members' arrays, weights and histories."""
        found = copied(self._arrays)
        for name, member in self._members:
            found |= {f"{name}.{part}": values for part, values in member.arrays().items()}
        return found

    def _choose(self, seen: Interaction, history: Ints) -> None:
        """One AdaGrad step up the log-likelihood of the choice."""
        seed, count, size = self._arrays["steps"].tolist()
        lot = np.random.default_rng([seed, count]).integers(0, size, ALTERNATIVES)
        others = lot[(self._arrays["known"][lot] > 0) & ~np.isin(lot, history) & (lot != seen.item)]
        items = np.concatenate([np.array([seen.item], np.int64), others])
        step(self._weights, self._squares, columns(self.parts(seen.user, items, seen.at), size))
        self._arrays["steps"][1] = count + 1


def _own(arrays: Arrays, name: str) -> Arrays:
    return {key.partition(".")[2]: values for key, values in arrays.items() if key.partition(".")[0] == name}
