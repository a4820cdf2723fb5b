"""What every response model promises. A new one: its file under streams/response and one line in ``MODELS``."""

from collections.abc import Callable, Sequence
from math import isfinite
from typing import NamedTuple, Protocol

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.codec import decode_msgpack, encode_msgpack
from schemas.models import Array, ModelSnapshot
from streams.features.catalogue import RESPONSE_ROW, VERSION
from streams.response.expanded.expansions import EXPANSIONS
from streams.response.expanded.learner import ExpandedLearner
from streams.response.learner import Learner, LearnerState
from streams.response.logistic import Logistic, sigmoid
from streams.response.served import SERVED
from tests.making.wire import over_the_wire

Row = tuple[float, ...]


class LearnsOneByOne(Protocol):
    """The port of a response model."""

    def predict_one(self, x: Sequence[float]) -> float:
        """P(label | x)."""

    def learn_one(self, x: Sequence[float], y: bool) -> None:
        """Learn one label."""

    def arrays(self) -> dict[str, Array]:
        """What its compiled form scores with."""


class Compiled(Protocol):
    """A compiled response model."""

    def predict(self, x: Sequence[float]) -> float:
        """P(label | x)."""


class Model(NamedTuple):
    """A family: ``make`` a fresh learner, ``encode`` and ``decode`` its state, compile its snapshot."""

    algorithm: str
    make: Callable[[], LearnsOneByOne]
    encode: Callable[[LearnsOneByOne], bytes]
    decode: Callable[[bytes], LearnsOneByOne]
    compiled: Callable[[ModelSnapshot], Compiled]


def _encoded(learner: LearnsOneByOne) -> bytes:
    assert isinstance(learner, Learner | ExpandedLearner)
    return encode_msgpack(learner.state())


def _expanded(algorithm: str) -> "Model":
    columns = len(RESPONSE_ROW)
    return Model(
        algorithm,
        lambda: ExpandedLearner(algorithm, columns),
        _encoded,
        lambda data: ExpandedLearner(algorithm, columns, decode_msgpack(data, dict[str, Array])),
        SERVED[algorithm],
    )


MODELS = (
    Model(
        "logistic",
        lambda: Learner(RESPONSE_ROW),
        _encoded,
        lambda data: Learner(RESPONSE_ROW, decode_msgpack(data, LearnerState)),
        SERVED["logistic"],
    ),
    *(_expanded(algorithm) for algorithm in EXPANSIONS),
)

every_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.algorithm)
COLUMNS = len(RESPONSE_ROW)
some_rows = st.tuples(*[st.floats(min_value=0.0, max_value=30.0)] * COLUMNS)
gappy_rows = st.tuples(*[st.one_of(st.floats(0.0, 30.0), st.sampled_from([float("nan"), float("inf")]))] * COLUMNS)


def stream(seed: int, count: int = 400) -> list[tuple[Row, bool]]:
    """Rows as log1p of counts, labels from a logistic truth with a base rate of about a tenth."""
    rng = np.random.default_rng(seed)
    rows = np.log1p(rng.exponential(3.0, size=(count, COLUMNS)))
    logits = (rows - rows.mean(axis=0)) @ rng.normal(size=COLUMNS) - 2.2
    labels = rng.random(count) < 1.0 / (1.0 + np.exp(-logits))
    return [(tuple(row), bool(label)) for row, label in zip(rows.tolist(), labels, strict=True)]


def taught(model: Model, pairs: Sequence[tuple[Row, bool]]) -> LearnsOneByOne:
    """A learner after a stream."""
    learner = model.make()
    for row, label in pairs:
        learner.learn_one(row, label)
    return learner


def compiled_from(model: Model, learner: LearnsOneByOne) -> Compiled:
    """The compiled form, by way of the wire."""
    snapshot = ModelSnapshot(
        name="purchase",
        version=1,
        algorithm=model.algorithm,
        catalogue=VERSION,
        features=RESPONSE_ROW,
        arrays=learner.arrays(),
        trained_on=1,
        trained_until=0,
    )
    return model.compiled(over_the_wire(snapshot))


@every_model
def test_input_is_untouched(model: Model) -> None:
    """Learning and predicting leave the row as it was."""
    row = [1.0] * COLUMNS
    learner = model.make()
    learner.learn_one(row, y=True)
    learner.predict_one(row)
    assert row == [1.0] * COLUMNS


@every_model
def test_runs_repeat(model: Model) -> None:
    """The same stream gives the same bytes of state."""
    assert model.encode(taught(model, stream(1))) == model.encode(taught(model, stream(1)))


@every_model
@settings(max_examples=20, deadline=None)
@given(cut=st.integers(0, 60), seed=st.integers(0, 1000))
def test_a_restored_model_goes_on_as_if_it_had_never_stopped(model: Model, cut: int, seed: int) -> None:
    """Snapshot, restore, learn on: bit by bit the state of one that learned straight through."""
    pairs = stream(seed, 60)
    restored = model.decode(model.encode(taught(model, pairs[:cut])))
    for row, label in pairs[cut:]:
        restored.learn_one(row, label)
    assert model.encode(restored) == model.encode(taught(model, pairs))


@every_model
@settings(max_examples=50, deadline=None)
@given(rows=st.lists(st.tuples(gappy_rows, st.booleans()), max_size=12), asked=gappy_rows)
def test_missing_values_are_handled(model: Model, rows: list[tuple[Row, bool]], asked: Row) -> None:
    """Values that are not finite count as missing: everything stays finite, in range, and compiled equal."""
    learner = taught(model, rows)
    p = learner.predict_one(asked)
    assert isfinite(p)
    assert 0.0 <= p <= 1.0
    assert abs(compiled_from(model, learner).predict(asked) - p) <= 1e-12
    assert model.encode(model.decode(model.encode(learner))) == model.encode(learner)


@every_model
def test_a_row_of_another_length_is_refused(model: Model) -> None:
    """A row that lacks a column is no row of this model."""
    learner = taught(model, stream(1, 10))
    for refused in (learner.predict_one, compiled_from(model, learner).predict, lambda x: learner.learn_one(x, y=True)):
        with pytest.raises(ValueError, match="zip"):
            refused((1.0, 2.0))


@every_model
def test_predicting_teaches_nothing(model: Model) -> None:
    """Score, then learn: a prediction leaves no trace in the state."""
    learner = taught(model, stream(1))
    before = model.encode(learner)
    for row, _ in stream(2):
        learner.predict_one(row)
    assert model.encode(learner) == before


@every_model
@given(asked=some_rows)
def test_predictions_are_probabilities(model: Model, asked: Row) -> None:
    """Finite and in [0, 1], before the first label and after many."""
    for learner in (model.make(), LEARNED[model.algorithm]):
        assert 0.0 <= learner.predict_one(asked) <= 1.0


@every_model
@given(asked=some_rows)
def test_compiled_equals_the_learner(model: Model, asked: Row) -> None:
    """The form that decides answers as the one that learned, to 1e-12."""
    learner = LEARNED[model.algorithm]
    assert abs(compiled_from(model, learner).predict(asked) - learner.predict_one(asked)) <= 1e-12


@every_model
def test_it_learns(model: Model) -> None:
    """Where there is something to learn, the last predictions beat the base rate."""
    pairs = stream(5, 3000)
    learner, mistakes, base = model.make(), 0.0, 0.0
    rate = sum(label for _, label in pairs) / len(pairs)
    for row, label in pairs:
        p = learner.predict_one(row)
        mistakes, base = mistakes + (p - label) ** 2, base + (rate - label) ** 2
        learner.learn_one(row, label)
    assert mistakes < base


def test_compiled_logistic_equals_rivers_own_answer() -> None:
    """Before calibration the compiled logit gives River's ``predict_proba_one``, to 1e-12."""
    learner = taught(MODELS[0], stream(3, 2000))
    compiled = compiled_from(MODELS[0], learner)
    assert isinstance(learner, Learner)
    assert isinstance(compiled, Logistic)
    for row, _ in stream(4, 500):
        river = learner.river.pipeline.predict_proba_one(dict(zip(RESPONSE_ROW, row, strict=True)))[True]
        assert abs(sigmoid(compiled.logit(row)) - river) <= 1e-12


def test_whatever_may_be_published_keeps_these_promises() -> None:
    """Every algorithm that a champion can have is in this suite."""
    assert [model.algorithm for model in MODELS] == list(SERVED)


LEARNED = {model.algorithm: taught(model, stream(1, 300)) for model in MODELS}
