import numpy as np
import pytest

from streams.assess.recommend import Interactions, assess_recommend
from streams.recommend.blend import Blend
from streams.recommend.families import BLEND, MEMBERS
from streams.recommend.popularity import Popularity
from streams.recommend.recommender import Interaction
from tests.making.interactions import CAPACITY, ITEMS, interactions


def table(past: list[Interaction]) -> Interactions:
    """Interactions side by side."""
    columns = [np.array(column) for column in zip(*past, strict=True)]
    return Interactions(columns[0], columns[1], columns[6], columns[5], np.stack(columns[2:5], axis=1))


def popular_only(seed: int, count: int) -> list[Interaction]:
    """Every user takes any item by its popularity alone, nothing else tells anything."""
    random = np.random.default_rng(seed)
    chances = 1.0 / np.arange(1, 201)
    users, items = random.integers(0, 300, count), random.choice(200, count, p=chances / chances.sum())
    levels = random.integers(1, 9, (200, 3))
    return [
        Interaction._make([int(user), int(item), *levels[item].tolist(), 1.0, 600.0 * k])
        for k, (user, item) in enumerate(zip(users, items, strict=True))
    ]


def test_before_anything_is_learned_it_ranks_as_popularity_does() -> None:
    """In a shop of one user, who makes no choices to learn from."""
    blend, popular = (family.load(family.start(CAPACITY, 0)) for family in (BLEND, MEMBERS[0]))
    assert isinstance(blend, Blend)
    assert isinstance(popular, Popularity)
    for seen in interactions(1, 100, users=1):
        blend.learn(seen)
        popular.learn(seen)
    for user in (0, 1):
        scores = [one.scores(user, np.arange(ITEMS), 1.8e9) for one in (blend, popular)]
        assert np.array_equal(np.argsort(-scores[0], kind="stable"), np.argsort(-scores[1], kind="stable"))


def test_where_only_popularity_tells_it_is_hardly_worse() -> None:
    """At most 0.03 hits among ten fewer, by the lower end; the others, the control, are surely worse."""
    models = assess_recommend(table(popular_only(1, 2_500)), most=900).models
    assert models["blend"].hit_rate_less["popularity"][1] > -0.03
    assert models["item_neighbours"].hit_rate_less["popularity"][2] < 0.0
    assert models["factorisation"].hit_rate_less["popularity"][2] < 0.0


@pytest.mark.parametrize("seed", [1])
def test_where_tastes_differ_it_is_better_than_popularity(seed: int) -> None:
    """Surely above it, and within 0.03 of the best of its members."""
    models = assess_recommend(table(interactions(seed, 1_800, users=150, items=120)), most=500).models
    assert models["blend"].hit_rate_less["popularity"][1] > 0.0
    best = max(models[family.name].hit_rate[0] for family in MEMBERS)
    assert models["blend"].hit_rate[0] >= best - 0.03
