"""The typed adapter to River's biased matrix factorisation (Paterek 2007): seen is 1, a few items by lot are 0."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from streams.arrays import Floats, Ints
from streams.recommend.recommender import Arrays, Capacity, Interaction, copied

FACTORS, NEGATIVES = 16, 3
BIAS_RATE, LATENT_RATE, SHRINKAGE = 0.01, 0.05, 0.005
SCALE = 0.1


def start_factorisation(capacity: Capacity, seed: int) -> Arrays:
    """``user_latents`` (users × 16) and ``item_latents`` (items × 16) by lot, biases, the mean and what it is of.

    ``known`` (items) marks items that were seen; ``steps`` (3) are the seed, the interactions so far and the highest
    slot + 1.
    """
    random = np.random.default_rng(seed)
    return {
        "user_latents": random.normal(scale=SCALE, size=(capacity.users, FACTORS)),
        "item_latents": random.normal(scale=SCALE, size=(capacity.items, FACTORS)),
        "user_biases": np.zeros(capacity.users),
        "item_biases": np.zeros(capacity.items),
        "mean": np.zeros(2),
        "known": np.zeros(capacity.items, np.int64),
        "steps": np.array([seed, 0, 0], np.int64),
    }


class Factorisation:
    """River learns in place on these arrays; scores are its predictions, cut off at 0."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = copied(arrays)
        self.model = _model(self._arrays)

    def learn(self, seen: Interaction) -> None:
        """One step towards 1 for the item, and towards 0 for items by lot."""
        steps, known = self._arrays["steps"], self._arrays["known"]
        seed, count, size = steps.tolist()
        self.model.learn_one(user=seen.user, item=seen.item, y=1.0)
        known[seen.item], steps[2] = 1, max(size, seen.item + 1)
        for other in np.random.default_rng([seed, count]).integers(0, steps[2], NEGATIVES).tolist():
            if known[other] and other != seen.item:
                self.model.learn_one(user=seen.user, item=other, y=0.0)
        steps[1] += 1
        self._arrays["mean"][:] = self.model.global_mean.n, self.model.global_mean.get()

    def scores(self, user: int, items: Ints, at: float) -> Floats:
        """River's predictions, at least 0; 0 of unknown items, the item's bias alone for unknown users."""
        del at
        own = self._arrays
        total = own["mean"][1] + own["item_biases"][items]
        if user >= 0:
            total = total + own["user_biases"][user] + own["item_latents"][items] @ own["user_latents"][user]
        return np.where((items >= 0) & (own["known"][items] > 0), np.maximum(total, 0.0), 0.0)

    def forget(self, users: Ints, items: Ints) -> None:
        """Empty slots; see ``Recommender.forget``. Their factors are drawn anew."""
        own = self._arrays
        random = np.random.default_rng([*own["steps"].tolist(), len(users), len(items)])
        for side, gone in (("user", users), ("item", items)):
            own[f"{side}_latents"][gone] = random.normal(scale=SCALE, size=(len(gone), FACTORS))
            own[f"{side}_biases"][gone] = 0.0
        own["known"][items] = 0

    def arrays(self) -> Arrays:
        """Factors, biases, mean."""
        return copied(self._arrays)


def _model(own: Arrays) -> Any:
    """River's model, whose weights are these arrays."""
    from river import optim, reco, stats  # noqa: PLC0415 - seconds; only who loads one pays

    model: Any = reco.BiasedMF(
        n_factors=FACTORS,
        bias_optimizer=optim.SGD(BIAS_RATE),
        latent_optimizer=optim.SGD(LATENT_RATE),
        l2_bias=SHRINKAGE,
        l2_latent=SHRINKAGE,
    )
    weights: dict[str, Any] = {
        "u_latents": _Rows(own["user_latents"]),
        "i_latents": _Rows(own["item_latents"]),
        "u_biases": _Rows(own["user_biases"]),
        "i_biases": _Rows(own["item_biases"]),
        "global_mean": stats.Mean._from_state(*own["mean"].tolist()),  # noqa: SLF001 - River's way to restore
    }
    vars(model).update(weights)
    return model


class _Rows(dict[int, Any]):
    """What River takes for a dictionary of weights is a view of an array's rows."""

    def __init__(self, values: NDArray[Any]) -> None:
        super().__init__()
        self._values = values

    def __getitem__(self, slot: int) -> Any:
        return self._values[slot]

    def __setitem__(self, slot: int, value: Any) -> None:
        self._values[slot] = value
