"""What every recommender promises. A new one: its file and one line in ``MEMBERS`` (its original: ``tests.making``)."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.recommend.basket_rules import BasketRules
from streams.recommend.blend import Blend
from streams.recommend.families import FAMILIES, MEMBERS
from streams.recommend.recommender import UNKNOWN, Arrays, Capacity, Family, Interaction, Recommender
from streams.recommend.recommending import Recommending, start_recommending
from tests.making.interactions import CAPACITY, ITEMS, interactions
from tests.making.recommenders import ORIGINALS
from tests.making.wire import arrays_over_the_wire

PAST, LATER = interactions(1, 400), interactions(2, 100)
NOW = PAST[-1].at + 60.0
EVERY = np.arange(CAPACITY.items)
LOT = {"factorisation", "blend"}
"""Who draws by lot."""

every_family = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)


def learned(family: Family, past: list[Interaction], seed: int = 7, capacity: Capacity = CAPACITY) -> Recommender:
    """A recommender that has learned a past."""
    found = family.load(family.start(capacity, seed))
    for seen in past:
        found.learn(seen)
    return found


def same(own: Arrays, other: Arrays) -> bool:
    """Whether arrays are the same, bit by bit."""
    return own.keys() == other.keys() and all(own[name].tobytes() == other[name].tobytes() for name in own)


LEARNED = {family.name: learned(family, PAST) for family in FAMILIES}


@every_family
def test_input_is_untouched(family: Family) -> None:
    """Learning and scoring change neither the arrays that it was loaded from, nor the items, nor what it gave out."""
    given_arrays = LEARNED[family.name].arrays()
    kept, items = {name: values.copy() for name, values in given_arrays.items()}, EVERY.copy()
    one = family.load(given_arrays)
    given_out = one.arrays()
    for seen in LATER:
        one.learn(seen)
    one.scores(3, items, NOW)
    one.forget(np.array([1]), np.array([2]))
    assert same(given_arrays, kept)
    assert same(given_out, kept)
    assert np.array_equal(items, EVERY)


@every_family
def test_seeded_runs_repeat(family: Family) -> None:
    """The same interactions and seed give the same bytes; another seed others, where lots are drawn."""
    assert same(learned(family, PAST).arrays(), LEARNED[family.name].arrays())
    assert same(learned(family, PAST, seed=8).arrays(), LEARNED[family.name].arrays()) == (family.name not in LOT)


@every_family
@pytest.mark.parametrize("cut", [0, 1, 250])
def test_it_goes_on_after_a_restore_as_if_it_had_never_stopped(family: Family, cut: int) -> None:
    """Snapshot, send, restore, go on: bit by bit the one that went straight through."""
    first = family.load(arrays_over_the_wire(learned(family, PAST[:cut]).arrays()))
    for seen in PAST[cut:]:
        first.learn(seen)
    assert same(first.arrays(), LEARNED[family.name].arrays())


@every_family
def test_scoring_teaches_nothing(family: Family) -> None:
    """A score does not depend on what was scored beside or before it."""
    one = LEARNED[family.name]
    expected, before = one.scores(4, EVERY, NOW), one.arrays()
    alone = np.concatenate([one.scores(4, EVERY[k : k + 1], NOW) for k in range(len(EVERY))])
    assert np.allclose(alone, expected, rtol=1e-12, atol=1e-12)
    assert np.array_equal(one.scores(4, EVERY[::-1], NOW)[::-1], expected)
    assert same(one.arrays(), before)


@every_family
def test_who_knows_nothing_scores_all_the_same(family: Family) -> None:
    """Score before learn: finite, and no item above another."""
    scores = family.load(family.start(CAPACITY, 7)).scores(0, EVERY, NOW)
    assert np.isfinite(scores).all()
    assert (scores == scores[0]).all()


@every_family
def test_the_unknown_has_a_score(family: Family) -> None:
    """Of unknown users, of no items, of unknown items: these are never above one that somebody met."""
    one = LEARNED[family.name]
    assert np.isfinite(one.scores(UNKNOWN, EVERY, NOW)).all()
    assert one.scores(3, EVERY[:0], NOW).shape == (0,)
    scores = one.scores(3, np.array([UNKNOWN, ITEMS + 1, *range(ITEMS)]), NOW)
    assert scores[0] == scores[1] == 0.0 <= scores[2:].min()


@every_family
@settings(max_examples=15, deadline=None)
@given(
    rows=st.lists(
        st.builds(
            Interaction,
            st.integers(0, 3),
            st.integers(0, 5),
            st.integers(0, 2**62),
            st.integers(0, 3),
            st.integers(0, 2),
            st.floats(1e-3, 1e6),
            st.floats(-1e9, 1e11),
        ),
        max_size=30,
    )
)
def test_scores_are_finite_whatever_the_times_and_weights(family: Family, rows: list[Interaction]) -> None:
    """Millennia apart and out of order: every score is finite and at least 0."""
    one = learned(family, rows, capacity=Capacity(4, 6))
    for now in (0.0, 1e11):
        scores = np.stack([one.scores(user, np.arange(6), now) for user in range(UNKNOWN, 4)])
        assert np.isfinite(scores).all()
        assert (scores >= 0.0).all()


@every_family
def test_a_forgotten_item_is_as_one_that_nobody_met(family: Family) -> None:
    """It scores as an unused slot does, wherever it stood; and a forgotten user scores as a new one, lots apart."""
    one = learned(family, PAST)
    one.forget(np.array([4]), np.array([0, 5]))
    scores = np.stack([one.scores(user, np.array([0, 5, ITEMS + 1]), NOW) for user in range(4)])
    assert (scores == scores[:, -1:]).all()
    if family.name not in LOT:
        assert np.array_equal(one.scores(4, EVERY, NOW), one.scores(CAPACITY.users - 1, EVERY, NOW))


@every_family
def test_memory_is_bounded(family: Family) -> None:
    """Ten times as many users and items as there is room for, coming and going: the same bytes, finite scores."""
    many = interactions(3, 800, users=300, items=200)
    one = Recommending(family, start_recommending(family, Capacity(30, 20)))
    for seen in many[:400]:
        one.learn(seen)
    half = {name: values.nbytes for name, values in one.arrays().items() if not name.endswith("_order")}
    for seen in many[400:]:
        one.learn(seen)
    whole = {name: values.nbytes for name, values in one.arrays().items()}
    assert {name: size for name, size in whole.items() if not name.endswith("_order")} == half
    assert max(whole["slots.users_order"], whole["slots.items_order"]) <= 8 * 31
    assert np.isfinite(one.scores(many[-1].user, np.arange(200), many[-1].at)).all()


@every_family
def test_by_ids_it_goes_on_after_a_restore_too(family: Family) -> None:
    """While users and items come and go: the restored one keeps who has which slot, and who leaves next."""
    many = interactions(4, 300, users=300, items=200)
    straight = Recommending(family, start_recommending(family, Capacity(30, 20)))
    first = Recommending(family, start_recommending(family, Capacity(30, 20)))
    for number, seen in enumerate(many):
        straight.learn(seen)
        if number == 133:
            first = Recommending(family, arrays_over_the_wire(first.arrays()))
        first.learn(seen)
    assert same(first.arrays(), straight.arrays())


@every_family
def test_tastes_are_learned(family: Family) -> None:
    """Users rank what their like-minded liked above the rest, in the mean; popularity, the control, cannot."""
    past = interactions(5, 1_500)
    one = learned(family, past)
    scores = np.stack([one.scores(user, np.arange(20), past[-1].at) for user in range(50)])
    own = np.arange(50)[:, None] % 2 == np.arange(20) % 2
    pairs = [row[mine][:, None] - row[~mine] for row, mine in zip(scores, own, strict=True)]
    right = float(np.mean([(pair > 0.0) + 0.5 * (pair == 0.0) for pair in pairs]))
    assert (right > 0.6) == (family.name != "popularity")


@pytest.mark.parametrize("family", MEMBERS, ids=lambda family: family.name)
@pytest.mark.parametrize("seed", [11])
def test_served_equals_original(family: Family, seed: int) -> None:
    """On capped arrays, forward-decayed and compiled: its plain definition, to 1e-9, as long as no cap is reached."""
    past = [seen for seen in interactions(seed, 500) if seen.user < 20]
    one, now = learned(family, past), past[-1].at + 60.0
    if isinstance(one, BasketRules):
        one.mine()
    for user in sorted({seen.user for seen in past}):
        expected = ORIGINALS[family.name](past, user, now)
        assert np.allclose(one.scores(user, EVERY, now), expected, rtol=1e-9, atol=1e-12)


def test_the_blend_is_made_of_what_its_members_are_alone() -> None:
    """Its members have learned what they learn by themselves; its scores are their weighted logarithms and signs."""
    blend = LEARNED["blend"]
    assert isinstance(blend, Blend)
    alone = np.stack([LEARNED[family.name].scores(3, EVERY, NOW) for family in MEMBERS])
    assert np.array_equal(blend.parts(3, EVERY, NOW), alone)
    pairs = np.array(list(blend.weights().values()))
    expected = pairs[:, 0] @ np.log(alone * ITEMS + 1.0) + pairs[:, 1] @ (alone > 0.0)
    assert np.allclose(blend.scores(3, EVERY, NOW), expected, rtol=1e-9)
