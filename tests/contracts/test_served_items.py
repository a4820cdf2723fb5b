"""The recommender that is served: its compiled form is what was learned, and that is its plain definition."""

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.items import ItemsChosen
from schemas.models import Array
from streams.arrays import Floats
from streams.folding import Refusal
from streams.models.snapshots import pack, unpack
from streams.profiles.observing import INTEREST
from streams.profiles.user import mark
from streams.recommend.serving.choices import FADES, HALF_LIFE, Choices
from streams.recommend.serving.compiled import ServedItems
from streams.recommend.serving.context import Context
from tests.making.choices import CATEGORIES, category, choices, chosen, item, learned, snapshot
from tests.making.wire import over_the_wire

ITEMS = 24
MARKS = [mark(item(number)) for number in range(ITEMS)]
SEEN = choices(1, 400)
LEARNED = learned(SEEN)
SERVED = ServedItems.from_snapshot(over_the_wire(snapshot(LEARNED)))

contexts = st.builds(
    Context,
    st.lists(st.sampled_from([*MARKS, 5, 6]), max_size=16, unique=True).map(tuple),
    st.lists(
        st.tuples(st.sampled_from([mark(f"c{n}") for n in range(CATEGORIES + 1)]), st.floats(0.0, 1.0)), max_size=4
    )
    .map(dict)
    .map(lambda shares: tuple(shares.items())),
)


def by_definition(seen: list[ItemsChosen], context: Context) -> Floats:
    """Popularity, co-visitation and content (3 × items) over the whole past, without caps."""
    weight, beside = Counter[int](), defaultdict[int, Counter[int]](Counter)
    for one in seen:
        worth = INTEREST[one.kind] * 2.0 ** ((one.at - seen[0].at) / HALF_LIFE)
        for each in one.chosen:
            weight[mark(each.item)] += worth
            for source in {*one.beside} - {mark(each.item)}:
                beside[source][mark(each.item)] += worth
    found = np.zeros((3, ITEMS))
    for number, key in enumerate(MARKS):
        shelf = [mark(item(other)) for other in range(ITEMS) if category(other) == category(number)]
        found[0, number] = weight[key] / weight.total()
        for fade, source in zip(FADES, context.items, strict=False):
            found[1, number] += fade * beside[source][key] / max(beside[source].total(), 1e-300)
        share = dict(context.interests).get(category(number), 0.0) if category(number) else 0.0
        found[2, number] = share * weight[key] / sum(weight[other] for other in shelf)
    return found


@settings(max_examples=30, deadline=None)
@given(contexts)
def test_what_is_learned_is_its_definition(context: Context) -> None:
    """To 1e-9, as long as no cap is reached: 24 items would fill 16 partners, so a shop of 16 is looked at."""
    few = choices(2, 200, items=16)
    parts = learned(few).parts(context, MARKS)
    assert np.allclose(parts, by_definition(few, context), rtol=1e-9, atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(contexts)
def test_the_compiled_form_scores_as_the_learner_does(context: Context) -> None:
    """To 1e-6, for chances travel as float32; an item that nobody chose scores 0."""
    compiled = [SERVED.score(context, key) for key in [*MARKS, 5]]
    assert np.allclose(compiled, LEARNED.scores(context, [*MARKS, 5]), rtol=1e-6, atol=1e-9)
    assert compiled[-1] == 0.0 <= min(compiled)


@settings(max_examples=60, deadline=None)
@given(contexts, st.frozensets(st.sampled_from(MARKS), max_size=12))
def test_the_best_are_the_best_of_all(context: Context, without: frozenset[int]) -> None:
    """Looking at few of them finds what ranking every item finds, and none that is left out."""
    found = SERVED.best(context, without, 8)
    every = sorted((-SERVED.score(context, key), key) for key in MARKS if key not in without)
    assert [(-one.score, one.mark) for one in found] == every[:8]
    assert all(mark(one.item) == one.mark for one in found)


def test_a_score_teaches_nothing_and_changes_nothing() -> None:
    """Asked again, the same; what was learned stays as it was."""
    context, before = Context((MARKS[0],), ()), snapshot(LEARNED)
    assert SERVED.best(context, frozenset(), 8) == SERVED.best(context, frozenset(), 8)
    LEARNED.scores(context, MARKS)
    assert snapshot(LEARNED).sha256 == before.sha256 == snapshot(learned(SEEN)).sha256


def test_who_is_new_gets_what_is_popular() -> None:
    """Without cart, session or interests popularity decides, and before any choice there is nothing to name."""
    popular = sorted(MARKS, key=lambda key: (-LEARNED.parts(Context(), [key])[0, 0], key))
    assert [one.mark for one in SERVED.best(Context(), frozenset(), 3)] == popular[:3]
    nothing = ServedItems.from_snapshot(over_the_wire(snapshot(Choices())))
    assert nothing.best(Context((MARKS[0],), ()), frozenset(), 3) == nothing.bundle(MARKS, frozenset()) == []


def test_tastes_are_learned() -> None:
    """Beside even items even ones rank higher, in nine of ten pairs; popularity, the control, cannot tell them."""
    even = np.arange(ITEMS) % 2 == 0
    for member, right in ((LEARNED.scores(Context(tuple(MARKS[:8:2])), MARKS), True), (popularity(), False)):
        pairs = member[even][:, None] > member[~even]
        assert bool(pairs.mean() > 0.9) == right


def popularity() -> Floats:
    """The first member alone."""
    return np.asarray(LEARNED.parts(Context(), MARKS)[0])


def test_bundles_are_what_is_ordered_together_surely() -> None:
    """Neighbours by two, which were made so; never the pair that met once, and not what the customer has."""
    served = ServedItems.from_snapshot(snapshot(learned(choices(4, 1600))))
    rules = [served.bundle([key], frozenset()) for key in MARKS]
    told = [[one.item for one in rule] for rule in rules if rule]
    assert len(told) > ITEMS / 4
    assert all(abs(int(rule[0][2:]) - int(other[2:])) == 2 for rule in told for other in rule[1:])
    (first, second, *_) = next(rule for rule in rules if rule)
    assert second.mark not in [one.mark for one in served.bundle([first.mark], frozenset({second.mark}))]
    assert 0.0 < second.score < 1.0 == first.score


def test_by_chance_alone_there_are_no_bundles() -> None:
    """The control: orders of items that know nothing of each other make hardly a rule."""
    random = np.random.default_rng(3)
    pairs = random.integers(24, size=(400, 2)).tolist()
    orders = [chosen(first, "purchase", (), second, at=at) for at, (first, second) in enumerate(pairs)]
    served = ServedItems.from_snapshot(snapshot(learned(orders)))
    assert sum(bool(served.bundle([key], frozenset())) for key in MARKS) <= 1


def test_an_id_that_is_too_long_is_a_source_only() -> None:
    """What is looked at beside it is found by it; it is never named itself."""
    long = chosen(1)
    odd = replace(long, chosen=(replace(long.chosen[0], item="x" * 65),))
    beside = replace(chosen(2, at=1), beside=(mark("x" * 65),))
    served = ServedItems.from_snapshot(snapshot(learned([odd, odd, beside])))
    assert [one.item for one in served.best(Context((mark("x" * 65),)), frozenset(), 8)] == [item(2)]


DAMAGED: dict[str, np.ndarray] = {
    "texts": np.full(5, 255, np.uint8),
    "ends": np.array([3, 2], np.int32),
    "partners": np.array([10_000], np.int32),
    "chances": np.array([np.nan], np.float32),
    "weights": np.array([np.inf] * 6),
    "sources": np.array([2, 1], np.int64),
    "rule_items": np.array([-1], np.int32),
    "within": np.array([2.0]),
    "categories": np.array([0.5]),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_arrays_that_do_not_fit_together_are_refused(name: str) -> None:
    """Whoever sealed them: a partition stops with a sentence and does not guess."""
    made = snapshot(LEARNED)
    with pytest.raises(Refusal, match="recommend nothing"):
        ServedItems.from_snapshot(replace(made, arrays={**made.arrays, name: pack(DAMAGED[name])}))


@pytest.mark.parametrize("name", sorted(snapshot(LEARNED).arrays))
def test_an_array_that_is_missing_is_refused(name: str) -> None:
    """Likewise."""
    made = snapshot(LEARNED)
    arrays: dict[str, Array] = {one: array for one, array in made.arrays.items() if one != name}
    with pytest.raises(Refusal, match="recommend nothing"):
        ServedItems.from_snapshot(replace(made, arrays=arrays))
    assert unpack(made.arrays[name]).ndim == 1
