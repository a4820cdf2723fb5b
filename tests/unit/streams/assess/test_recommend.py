import numpy as np
import pytest

from streams.assess.recommend import Interactions, _ranks, assess_recommend, choices
from streams.assess.recommend_figures import hit, over_users, places, reciprocal
from streams.recommend.blend import Blend
from streams.recommend.families import BLEND
from streams.recommend.recommender import Capacity
from streams.recommend.recommending import Recommending, start_recommending


def table(users: list[int], items: list[int]) -> Interactions:
    """Interactions an hour apart, of which nothing else is known."""
    count = len(users)
    moments, attributes = np.arange(count, dtype=np.float64) * 3_600.0, np.zeros((count, 3), np.int64)
    return Interactions(np.array(users), np.array(items), moments, np.ones(count), attributes)


def drawn(seed: int, count: int) -> Interactions:
    """Thirty users, forty items, all by lot."""
    random = np.random.default_rng(seed)
    return table(random.integers(0, 30, count).tolist(), random.integers(0, 40, count).tolist())


def test_a_choice_is_a_first_meeting_and_reachable_if_others_had_met_it() -> None:
    """Not a user's very first row, not a repeat; and an item that only comes later cannot be foreseen."""
    is_choice, is_reachable = choices(table([0, 1, 0, 1, 1, 0], [5, 6, 5, 5, 7, 7]))
    assert is_choice.tolist() == [False, False, False, True, True, True]
    assert is_reachable.tolist() == [False, False, False, True, False, True]


def test_ties_go_to_the_more_popular_and_then_by_lot() -> None:
    """Of 20 items with one score, 4 more popular and 3 as popular as the chosen one; of 30 all alike, a third hit."""
    popularity = np.array([2.0] + [3.0] * 4 + [2.0] * 3 + [1.0] * 12)
    assert places(np.zeros(20), popularity, 0) == (4, 3)
    assert (hit(4, 3), hit(9, 1), hit(10, 5)) == (1.0, 0.5, 0.0)
    assert hit(0, 29) == pytest.approx(1 / 3)
    assert reciprocal(1, 1) == pytest.approx((1 / 2 + 1 / 3) / 2)


def test_by_lot_nobody_is_better_than_chance() -> None:
    """Where nothing tells anything, no recommender is surely above ten among the candidates, nor popularity beaten."""
    found = assess_recommend(drawn(0, 600))
    assert found.candidates
    for model in found.models.values():
        assert model.hit_rate[1] <= 10.0 / found.candidates * 1.15
        assert all(low <= 0.0 for name, (_, low, _) in model.hit_rate_less.items() if name == "popularity")


def test_nothing_of_the_future_is_known() -> None:
    """What is judged in the first half of a table is judged as if there were no second half."""
    whole = drawn(1, 300)
    judged = np.flatnonzero(choices(whole)[1])
    judged = judged[judged < 150]
    half = table(whole.users[:150].tolist(), whole.items[:150].tolist())
    found = []
    for given in (half, whole):
        learned = Recommending(BLEND, start_recommending(BLEND, Capacity(30, 40)))
        assert isinstance(learned.recommender, Blend)
        found.append(_ranks(given, learned, learned.recommender, judged, lambda _: None))
    assert found[0] == found[1]
    assert len(found[0]) > 50


def test_nineteen_intervals_in_twenty_hold_the_mean_although_a_users_values_hang_together() -> None:
    """A hundred users of eight values each; the naive interval, the control, holds it far too seldom."""
    random, held, naive = np.random.default_rng(0), 0, 0
    users = np.repeat(np.arange(100), 8)
    for _ in range(400):
        values = np.repeat(random.normal(size=100), 8) + 0.3 * random.normal(size=800)
        _, low, high = over_users(values, users)
        held += low <= 0.0 <= high
        naive += abs(values.mean()) <= 1.96 * values.std() / 800**0.5
    assert held >= 400 * 0.95 - 2.33 * (400 * 0.95 * 0.05) ** 0.5
    assert naive < 320


def test_it_says_what_a_reader_must_know() -> None:
    """Nothing to judge, few choices, items that nobody can foresee."""
    nothing = assess_recommend(table([0, 0, 0, 1], [1, 2, 3, 4]))
    assert (nothing.models, nothing.judged, nothing.reachable) == ({}, 0, 0.0)
    assert "nothing can be judged" in nothing.notes[0]
    few = assess_recommend(drawn(2, 60))
    assert few.notes[0].startswith("only ")
    empty = assess_recommend(table([0], [0]))
    assert empty.reachable is None
