import numpy as np
import pytest
from scipy.stats import false_discovery_control  # type: ignore[import-untyped]

from streams.arrays import Floats
from streams.recommend.basket_rules import BasketRules, start_basket_rules
from streams.recommend.lift import discovered, lower_lift
from streams.recommend.recommender import Capacity, Interaction

ITEMS = 12
CAPACITY = Capacity(users=1, items=ITEMS)


def baskets(seed: int, count: int, *, bound: bool) -> list[Interaction]:
    """Baskets of items by lot, each with its own chance; if ``bound``, item 1 comes with item 0 half of the time."""
    random = np.random.default_rng(seed)
    held = random.random((count, ITEMS)) < np.linspace(0.05, 0.3, ITEMS)
    held[:, 1] |= bound & held[:, 0] & (random.random(count) < 0.5)
    return [Interaction(0, int(item), at=k * 7_200.0) for k, row in enumerate(held) for item in np.flatnonzero(row)]


def mined(past: list[Interaction]) -> BasketRules:
    """The rules of some baskets."""
    rules = BasketRules(start_basket_rules(CAPACITY, 0))
    for seen in past:
        rules.learn(seen)
    rules.mine()
    return rules


def test_items_that_know_nothing_of_each_other_make_no_rules() -> None:
    """In at most one shop of twenty (with the error of 60 shops) any rule at all; without the correction, in many."""
    false, uncorrected = 0, 0
    for seed in range(60):
        rules = mined(baskets(seed, 300, bound=False))
        false += bool(rules.rules())
        own = rules.arrays()
        first, place = np.nonzero(own["together"] > 0.0)
        second = own["partners"][first, place]
        low = lower_lift(own["together"][first, place], own["alone"][first], own["alone"][second], own["baskets"][0])
        uncorrected += bool((low > 1.0).any())
    assert false <= 60 * (0.05 + 2.33 * (0.05 * 0.95 / 60) ** 0.5)
    assert uncorrected > 12


def test_what_is_bought_together_is_a_rule() -> None:
    """Both ways, with a bound of P(1 | 0) below the true one of 0.54 and above the 0.07 of chance."""
    rules = {(own, other): low for own, other, low in mined(baskets(1, 2_000, bound=True)).rules()}
    assert {(0, 1), (1, 0)} <= rules.keys()
    assert 0.2 < rules[0, 1] < 0.54


def test_nineteen_bounds_in_twenty_lie_under_the_truth() -> None:
    """Pairs together 6 times in the mean, by a true lift of 2."""
    drawn: Floats = np.random.default_rng(0).poisson(6.0, 4_000).astype(np.float64)
    found = lower_lift(drawn, np.full(4_000, 30.0), np.full(4_000, 100.0), 1_000.0)
    assert np.mean(found <= 2.0) >= 0.95 - 2.33 * (0.05 * 0.95 / 4_000) ** 0.5


@pytest.mark.parametrize("seed", range(5))
def test_discoveries_are_scipys(seed: int) -> None:
    """Benjamini and Hochberg's, of p-values that are all there, or all but ones that are 1."""
    random = np.random.default_rng(seed)
    p: Floats = np.where(random.random(200) < 0.2, random.random(200) * 1e-3, random.random(200))
    padded = np.concatenate([p, np.ones(300)])
    assert np.array_equal(discovered(p, 200.0), false_discovery_control(p) <= 0.05)
    assert np.array_equal(discovered(p, 500.0), (false_discovery_control(padded) <= 0.05)[:200])
