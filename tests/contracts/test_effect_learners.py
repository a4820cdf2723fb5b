"""What every effect learner promises. A new one: its file under streams/response/effect, one line in ``LEARNERS``."""

from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.codec import decode_msgpack, encode_msgpack
from schemas.models import Array, ModelSnapshot
from streams.arrays import Floats, Ints
from streams.folding import Refusal
from streams.models.snapshots import pack, unpack
from streams.response.effect.basis import place
from streams.response.effect.compiled import ALGORITHM, OfferEffects
from streams.response.effect.kind_learner import Dose, KindLearner
from streams.response.effect.learner import EffectLearner, Given, sigmoid, terms, uplift
from streams.response.effect.offer_effect import OfferEffect
from streams.response.effect.river_effect import RiverEffect
from streams.response.prior_effects import Effect, lifted, prior
from tests.making.wire import over_the_wire

HALF = 0.5
NAMES = ("recency", "amount", "visits")


class Rows(NamedTuple):
    """``numbers`` (n × 3, NaN where missing), ``levels`` (n × 1), the ``treated`` and the ``labels`` (n)."""

    numbers: Floats
    levels: Ints
    treated: Floats
    labels: Floats

    def take(self, rows: slice) -> "Rows":
        """Some of the rows."""
        return Rows(self.numbers[rows], self.levels[rows], self.treated[rows], self.labels[rows])


class Family(NamedTuple):
    """A kind of learner: ``make`` a fresh one, ``learn`` rows, say their ``effects``, ``snapshot`` and ``restore``.

    ``merge`` is there for those whose knowledge adds up.
    """

    name: str
    make: Callable[[], Any]
    learn: Callable[[Any, Rows], None]
    effects: Callable[[Any, Rows], Floats]
    snapshot: Callable[[Any], Any]
    restore: Callable[[Any], Any]
    merge: Callable[[Any, Any], Any] | None = None


def drawn(count: int, seed: int) -> Rows:
    """An effect of +1.2 on the log-odds times the first column, a tenth of the values missing."""
    rng = np.random.default_rng(seed)
    numbers, levels = rng.normal(size=(count, 3)), rng.integers(0, 4, size=(count, 1))
    treated = (rng.random(count) < HALF).astype(np.float64)
    labels = (rng.random(count) < sigmoid(-1.0 + 1.2 * treated * numbers[:, 0])).astype(np.float64)
    numbers[rng.random(numbers.shape) < 0.1] = np.nan
    return Rows(numbers, levels, treated, labels)


def known(rows: Rows) -> Given:
    """The rows with a constant m(x)."""
    return Given(rows.numbers, rows.levels, np.full(len(rows.labels), -1.0))


FIRST, ASKED = drawn(1_500, 0), drawn(60, 1)
BASIS = place(*known(FIRST.take(slice(500))))


def treatment(learner: EffectLearner, rows: Rows) -> Floats:
    """Z of the rows: sent, and where the learner knows of it a depth that rises with the message."""
    return np.stack([rows.treated, 0.2 * rows.treated][: learner.treatments], axis=1)


def learn_vector(learner: EffectLearner, rows: Rows) -> None:
    """Learn a block of rows."""
    z = treatment(learner, rows)
    expected = np.tile([HALF, 0.2 * HALF][: learner.treatments], (len(z), 1))
    learner.learn(known(rows), z, expected, *terms(known(rows).logits, rows.labels))


def vector_effects(learner: EffectLearner, rows: Rows) -> Floats:
    """Uplift in probability of a message without discount."""
    return uplift(known(rows).logits, learner.lifts(known(rows))[:, 0], np.full(len(rows.labels), HALF))


def packed(learner: EffectLearner) -> Any:
    """As a snapshot carries it."""
    return {name: pack(array) for name, array in learner.arrays().items()}


def unpacked(arrays: Any) -> EffectLearner:
    """Out of a snapshot."""
    return EffectLearner.restored({name: unpack(array) for name, array in arrays.items()})


class Constant:
    """A classifier that gives every row the log-odds −1, as ``known`` does."""

    def predict_proba_one(self, x: object) -> dict[bool, float]:
        """σ(−1)."""
        del x
        return {True: 1.0 / (1.0 + np.e)}

    def learn_one(self, x: object, y: object) -> None:
        """Nothing."""


def named(rows: Rows) -> list[dict[str, Any]]:
    """Rows as River takes them, missing values absent."""
    numbers = [{n: float(v) for n, v in zip(NAMES, row, strict=True) if np.isfinite(v)} for row in rows.numbers]
    return [own | {"zone": f"z{level}"} for own, (level,) in zip(numbers, rows.levels.tolist(), strict=True)]


def learn_river(learner: RiverEffect, rows: Rows) -> None:
    """Row by row."""
    for x, y, treated in zip(named(rows), rows.labels.tolist(), rows.treated.tolist(), strict=True):
        learner.learn_one(x, y, treatment=treated, propensity=HALF)


def river_effects(learner: RiverEffect, rows: Rows) -> Floats:
    """Row by row."""
    return np.array([learner.predict_one(x, propensity=HALF) for x in named(rows)])


PRIOR = Effect(0.0, 0.0)
RESPONSE = 1.0 / (1.0 + float(np.e))
"""σ(−1), which every learner here is told."""


def learn_kind(learner: KindLearner, rows: Rows) -> None:
    """Row by row, as closed decisions come; it knows no levels."""
    for x, y, treated in zip(rows.numbers.tolist(), rows.labels.tolist(), rows.treated.tolist(), strict=True):
        dose = Dose(Effect(treated, 0.2 * treated), Effect(HALF, 0.2 * HALF))
        learner.learn_one(x, dose, RESPONSE, bool(y))


def of_messages(effects: Iterable[OfferEffect]) -> Floats:
    """What a message with a fifth off adds to the probability, in each case."""
    chances = ((effect.without(RESPONSE), effect.here.lift(0.2)) for effect in effects)
    return np.array([lifted(p, lift) - p for p, lift in chances])


def kind_effects(learner: KindLearner, rows: Rows) -> Floats:
    """Row by row."""
    return of_messages(learner.effect(x, PRIOR) for x in rows.numbers.tolist())


def restored_kind(arrays: Any) -> KindLearner:
    """Out of a checkpoint."""
    return KindLearner(len(NAMES), decode_msgpack(arrays, dict[str, Array]))


def vector(name: str, treatments: int) -> Family:
    """The learner of blocks of rows."""

    def make() -> EffectLearner:
        return EffectLearner(BASIS, treatments)

    return Family(name, make, learn_vector, vector_effects, packed, unpacked, EffectLearner.merged)


LEARNERS = (
    vector("sent", 1),
    vector("sent and depth", 2),
    Family(
        "by kind",
        lambda: KindLearner(3),
        learn_kind,
        kind_effects,
        lambda own: encode_msgpack(own.state()),
        restored_kind,
    ),
    Family("river", lambda: RiverEffect(Constant(), 500), learn_river, river_effects, deepcopy, deepcopy),
)

BY_KIND, RIVER = LEARNERS[-2:]

every_learner = pytest.mark.parametrize("family", LEARNERS, ids=lambda family: family.name)


def taught(family: Family, rows: Rows) -> Any:
    """A learner after these rows."""
    learner = family.make()
    family.learn(learner, rows)
    return learner


@every_learner
def test_input_is_untouched(family: Family) -> None:
    """Learning and predicting leave the rows as they were."""
    rows = deepcopy(FIRST)
    family.effects(taught(family, rows), rows.take(slice(20)))
    assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(rows, FIRST, strict=True))


@every_learner
def test_runs_repeat(family: Family) -> None:
    """The same rows give the same effects, to the last bit."""
    assert np.array_equal(family.effects(taught(family, FIRST), ASKED), family.effects(taught(family, FIRST), ASKED))


@every_learner
@pytest.mark.parametrize("cut", [0, 1, 700])
def test_a_restored_learner_goes_on_as_if_it_had_never_stopped(family: Family, cut: int) -> None:
    """Snapshot, restore, learn on: the effects are those of one that learned straight through."""
    through = taught(family, FIRST.take(slice(cut)))
    restored = family.restore(family.snapshot(through))
    for learner in (through, restored):
        family.learn(learner, FIRST.take(slice(cut, None)))
    assert np.array_equal(family.effects(restored, ASKED), family.effects(through, ASKED))


@pytest.mark.parametrize("family", [one for one in LEARNERS if one.merge], ids=lambda family: family.name)
@settings(max_examples=10, deadline=None)
@given(cut=st.integers(0, len(FIRST.labels)))
def test_two_parts_merged_are_the_whole(family: Family, cut: int) -> None:
    """Wherever the rows are cut, and in either order, the merged learner gives the whole one's effects."""
    parts = [taught(family, FIRST.take(slice(cut))), taught(family, FIRST.take(slice(cut, None)))]
    assert family.merge is not None
    whole = family.effects(taught(family, FIRST), ASKED)
    for a, b in (parts, parts[::-1]):
        assert np.allclose(family.effects(family.merge(a, b), ASKED), whole, rtol=0.0, atol=1e-9)


@every_learner
def test_before_the_first_row_nothing_is_added(family: Family) -> None:
    """Score before learn: an effect of exactly zero."""
    assert family.effects(family.make(), ASKED).tolist() == [0.0] * len(ASKED.labels)


@every_learner
def test_predicting_teaches_nothing(family: Family) -> None:
    """A prediction leaves no trace."""
    asked, silent = taught(family, FIRST), taught(family, FIRST)
    family.effects(asked, ASKED)
    for learner in (asked, silent):
        family.learn(learner, ASKED)
    assert np.array_equal(family.effects(asked, ASKED), family.effects(silent, ASKED))


@every_learner
@settings(max_examples=15, deadline=None)
@given(
    values=st.lists(st.one_of(st.floats(-1e12, 1e12), st.just(float("nan"))), min_size=3, max_size=3),
    level=st.integers(0, 99),
)
def test_effects_are_finite_whatever_is_unknown_or_missing(family: Family, values: list[float], level: int) -> None:
    """Absurd numbers, missing ones, levels never seen: a finite difference of two probabilities, learned or asked."""
    odd = Rows(np.array([values]), np.array([[level]]), np.ones(1), np.ones(1))
    learner = family.restore(TAUGHT[family.name])
    family.learn(learner, odd)
    effect = family.effects(learner, odd)
    assert np.isfinite(effect).all()
    assert (np.abs(effect) <= 1.0).all()


@every_learner
def test_it_finds_an_effect(family: Family) -> None:
    """Those who are moved most are told from those who are moved least."""
    found = family.effects(family.restore(TAUGHT[family.name]), ASKED)
    seen = ~np.isnan(ASKED.numbers[:, 0])
    assert np.corrcoef(found[seen], ASKED.numbers[seen, 0])[0, 1] > 0.8


def test_learners_on_different_bases_are_not_merged() -> None:
    """Sums of different functions do not add up."""
    other = EffectLearner(place(*known(drawn(500, 3))))
    with pytest.raises(ValueError, match="one basis"):
        EffectLearner(BASIS).merged(other)


def test_the_river_estimator_equals_the_vector_form() -> None:
    """Row by row or in one block: the same effects, to 1e-9."""
    river = taught(RIVER, FIRST)
    learned: EffectLearner = taught(LEARNERS[0], FIRST)
    assert np.allclose(river_effects(river, ASKED), vector_effects(learned, ASKED), rtol=0.0, atol=1e-9)


def test_the_river_estimator_ignores_unknown_features() -> None:
    """A feature that was not there when the basis was placed changes nothing."""
    river = taught(RIVER, FIRST)
    x = named(ASKED)[0]
    assert river.predict_one(x | {"new": 3.0, "newer": "a"}) == river.predict_one(x)


def served(learner: KindLearner) -> OfferEffects:
    """The compiled form, by way of the wire."""
    made = ModelSnapshot(
        name="effect",
        version=1,
        algorithm=ALGORITHM,
        catalogue="1",
        features=NAMES,
        arrays={f"win_back.{name}": array for name, array in learner.arrays(prior("win_back")).items()},
        trained_on=1,
        trained_until=0,
    )
    return OfferEffects.from_snapshot(over_the_wire(made))


@settings(max_examples=50, deadline=None)
@given(
    count=st.integers(0, 200),
    x=st.lists(st.floats(-40.0, 40.0) | st.sampled_from([float("nan"), float("inf")]), min_size=3, max_size=3),
)
def test_the_compiled_form_answers_as_the_learner(count: int, x: list[float]) -> None:
    """To 1e-12, from the first row on, far outside of what was learned and with values missing."""
    learner = taught(BY_KIND, FIRST.take(slice(count)))
    own, other = learner.effect(x, prior("win_back")), served(learner).effect("win_back", x)
    assert np.allclose(other.here, own.here, rtol=0.0, atol=1e-12)
    assert np.allclose(other.usual, own.usual, rtol=0.0, atol=1e-12)
    assert (other.prior, other.rows) == (own.prior, own.rows)


def test_the_effect_begins_at_the_prior_and_leaves_it_as_rows_come() -> None:
    """β = prior + data: exactly the prior before the first row, nearer to the truth with every thousand."""
    truth, far = 1.2 * ASKED.numbers[:, 0], []
    for rows in (FIRST.take(slice(0)), FIRST.take(slice(100)), FIRST, drawn(6_000, 0)):
        learner = taught(BY_KIND, rows)
        lifts = np.array([learner.effect(x, Effect(0.5, 2.0)).here.lift(0.2) for x in ASKED.numbers.tolist()])
        assert len(rows.labels) or np.allclose(lifts, 0.9)
        far.append(np.nanmean(np.abs(lifts - truth)))
    assert far == sorted(far, reverse=True)


def test_of_a_kind_that_was_not_learned_the_prior_is_served() -> None:
    """A campaign of a new kind begins with what is assumed of it."""
    found = served(taught(BY_KIND, FIRST)).effect("flash_sale", (0.0, 0.0, 0.0))
    assert (found.here, found.prior, found.rows) == (prior("flash_sale"), prior("flash_sale"), 0)


@pytest.mark.parametrize("broken", ["beta", "centre", "rows"])
def test_arrays_that_do_not_fit_together_are_refused(broken: str) -> None:
    """At once, with what to do about it."""
    arrays = {f"win_back.{name}": array for name, array in taught(BY_KIND, FIRST).arrays(PRIOR).items()}
    arrays[f"win_back.{broken}"] = pack(np.array([np.nan]))
    made = ModelSnapshot(
        name="effect",
        version=1,
        algorithm=ALGORITHM,
        catalogue="1",
        features=NAMES,
        arrays=arrays,
        trained_on=1,
        trained_until=0,
    )
    with pytest.raises(Refusal, match="publish the model again"):
        OfferEffects.from_snapshot(made)


TAUGHT = {family.name: family.snapshot(taught(family, drawn(3_000, 0))) for family in LEARNERS}
