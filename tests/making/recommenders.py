"""Recommenders by their plain definitions, over a whole past, without caps: what the capped ones stand for."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
from river import optim, reco
from scipy.stats import chi2, false_discovery_control, poisson  # type: ignore[import-untyped]

from streams.arrays import Floats
from streams.recommend import co_visitation, content, factorisation, item_neighbours, popularity, user_neighbours
from streams.recommend.recommender import Interaction
from tests.making.interactions import CAPACITY

EVERY = np.arange(CAPACITY.items)


def by_counting(past: list[Interaction], user: int, now: float) -> Floats:
    """Popularity by its definition."""
    del user
    found = np.zeros(CAPACITY.items)
    for seen in past:
        found[seen.item] += seen.weight * 2.0 ** ((seen.at - now) / popularity.HALF_LIFE)
    return np.asarray(found / found.sum())


def sessions(past: list[Interaction]) -> dict[int, list[list[Interaction]]]:
    """By user the interactions between pauses."""
    found: dict[int, list[list[Interaction]]] = defaultdict(list)
    for seen in past:
        own = found[seen.user]
        if not own or seen.at - own[-1][-1].at > co_visitation.PAUSE:
            own.append([])
        own[-1].append(seen)
    return found


def by_sessions(past: list[Interaction], user: int, now: float) -> Floats:
    """Co-visitation by its definition; nothing reaches a cap."""
    counts = np.zeros((CAPACITY.items, CAPACITY.items))
    for own in (one for found in sessions(past).values() for one in found):
        for k, seen in enumerate(own):
            for other in {before.item for before in own[:k]} - {seen.item}:
                weight = seen.weight * 2.0 ** ((seen.at - now) / co_visitation.HALF_LIFE)
                counts[other, seen.item] += weight
                counts[seen.item, other] += weight
    latest = list(dict.fromkeys(seen.item for seen in sessions(past)[user][-1][::-1]))
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1e-300)
    return np.asarray(co_visitation.FADES[: len(latest)] @ shares[latest])


def entries(past: list[Interaction], half_life: float, now: float, *, first: bool) -> Floats:
    """Users × items: 2^(t / 2h) of the first or the last time."""
    found = np.zeros(CAPACITY)
    for seen in past:
        if not first or not found[seen.user, seen.item]:
            found[seen.user, seen.item] = 2.0 ** ((seen.at - now) / (2.0 * half_life))
    return found


def by_cosines_of_items(past: list[Interaction], user: int, now: float) -> Floats:
    """Item neighbours by their definition."""
    own = entries(past, item_neighbours.HALF_LIFE, now, first=True)
    products = own.T @ own
    lengths = np.sqrt(np.diag(products)) + 1e-100
    cosines = products / np.outer(lengths, lengths)
    np.fill_diagonal(cosines, 0.0)
    history = list(dict.fromkeys(seen.item for seen in past[::-1] if seen.user == user))
    return np.asarray(item_neighbours.FADES[: len(history)] @ cosines[history])


def by_cosines_of_users(past: list[Interaction], user: int, now: float) -> Floats:
    """User neighbours by their definition."""
    own = entries(past, user_neighbours.HALF_LIFE, now, first=False)
    lengths = np.sqrt((own**2).sum(axis=1)) + 1e-100
    cosines = own @ own[user] / lengths / lengths[user]
    cosines[user] = 0.0
    near = np.argsort(-cosines, kind="stable")[: user_neighbours.NEIGHBOURS]
    return np.asarray(cosines[near] @ own[near])


def by_levels(past: list[Interaction], user: int, now: float) -> Floats:
    """Content by its definition."""
    counts, found = by_counting(past, user, now), np.zeros(CAPACITY.items)
    for kind in ("category", "brand", "price_band"):
        levels, interests = np.zeros(CAPACITY.items), np.zeros(6)
        for seen in past:
            levels[seen.item] = level = getattr(seen, kind)
            weight = seen.weight * 2.0 ** ((seen.at - now) / content.INTEREST_HALF_LIFE)
            interests[level] += weight if seen.user == user and level else 0.0
        for level in range(1, 6):
            mine = levels == level
            found[mine] += (
                interests[level] / max(interests.sum(), 1e-300) * counts[mine] / max(counts[mine].sum(), 1e-300)
            )
    return found


def by_rivers_factors(past: list[Interaction], user: int, now: float) -> Floats:
    """River's own model with its own dictionaries, from the same beginning, over the same lots."""
    del now
    start, known, top = factorisation.start_factorisation(CAPACITY, 7), set[int](), 0
    model: Any = reco.BiasedMF(
        n_factors=factorisation.FACTORS,
        bias_optimizer=optim.SGD(factorisation.BIAS_RATE),
        latent_optimizer=optim.SGD(factorisation.LATENT_RATE),
        l2_bias=factorisation.SHRINKAGE,
        l2_latent=factorisation.SHRINKAGE,
    )
    model.u_latents.update(enumerate(start["user_latents"]))
    model.i_latents.update(enumerate(start["item_latents"]))
    for number, seen in enumerate(past):
        model.learn_one(user=seen.user, item=seen.item, y=1.0)
        known, top = known | {seen.item}, max(top, seen.item + 1)
        for other in np.random.default_rng([7, number]).integers(0, top, factorisation.NEGATIVES).tolist():
            if other in known and other != seen.item:
                model.learn_one(user=seen.user, item=other, y=0.0)
    found = [max(model.predict_one(user, item), 0.0) if item in known else 0.0 for item in EVERY.tolist()]
    return np.array(found)


def by_fishing_for_pairs(past: list[Interaction], user: int, now: float) -> Floats:
    """Basket rules by scipy's distributions and its Benjamini-Hochberg, over all baskets that have ended or not."""
    del now
    baskets = [{seen.item for seen in one} for found in sessions(past).values() for one in found]
    held = np.array([[item in basket for item in EVERY] for basket in baskets], dtype=np.float64)
    alone, together, count = held.sum(axis=0), held.T @ held, len(baskets)
    pairs = [(i, j) for i in EVERY for j in EVERY if i != j and min(alone[i], alone[j]) >= 3]
    chance = [poisson.sf(together[i, j] - 1, alone[i] * alone[j] / count) for i, j in pairs]
    believed = false_discovery_control(chance) <= 0.05
    found, mine = np.zeros(CAPACITY.items), {seen.item for seen in sessions(past)[user][-1]}
    for (i, j), is_rule in zip(pairs, believed, strict=True):
        low = chi2.ppf(0.05, 2 * together[i, j]) / 2 * count / (alone[i] * alone[j])
        if is_rule and low > 1.0 and i in mine:
            found[j] += low * alone[j] / count
    return found


ORIGINALS: dict[str, Callable[[list[Interaction], int, float], Floats]] = {
    "popularity": by_counting,
    "co_visitation": by_sessions,
    "item_neighbours": by_cosines_of_items,
    "user_neighbours": by_cosines_of_users,
    "content": by_levels,
    "factorisation": by_rivers_factors,
    "basket_rules": by_fishing_for_pairs,
}
"""What a recommender stands for, written plainly or by a library, by the family's name."""
