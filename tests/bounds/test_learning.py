"""What the learning folds keep: bounded by their settings, not by how long they have been learning."""

import numpy as np
import pytest
from msgspec import structs

from schemas.codec import encode_msgpack
from schemas.fraud import FraudSample
from schemas.origins import Origin
from schemas.topics import MODELS
from streams.features.catalogue import FRAUD_ROW, RESPONSE_ROW, VERSION
from streams.folding import Fold, LogRecord, Output
from streams.learn import FraudLearning, LearnSettings, ResponseLearning
from streams.learn.adaptive_window import WIDEST, AdaptiveWindow
from streams.learn.effects import MAX_KINDS
from streams.learn.response import MAX_CAMPAIGNS
from tests.making.closed import NOTHING

RANDOM = np.random.default_rng(5)
CLOSED = structs.replace(NOTHING, action=1, delivered=True)


def head(fold: Fold) -> int:
    """Bytes of the partition head."""
    size = len(fold.cut())
    fold.settle()
    return size


def closings(numbers: range) -> list[LogRecord]:
    """One closing each of ever new campaigns, from 64 partitions."""
    made = [
        structs.replace(
            CLOSED,
            origin=Origin("user-log", number % 64, number),
            campaign=f"campaign-{number:06d}@1",
            x=tuple(RANDOM.exponential(1.0, len(RESPONSE_ROW)).tolist()),
            purchased=number % 9 == 0,
            closed_at=number,
        )
        for number in numbers
    ]
    return [LogRecord(number, number, None, encode_msgpack(one)) for number, one in zip(numbers, made, strict=True)]


def test_response_learning_does_not_grow_with_campaigns_or_closings() -> None:
    """Thousands of campaigns later the head is as large as when there was room for no more of them.

    Its windows of drift grow with the logarithm of the labels, until they are full.
    """
    fold = ResponseLearning(LearnSettings(retrain_every=10**9))
    fold.fold(closings(range(MAX_CAMPAIGNS)), [])
    full = head(fold)
    fold.fold(closings(range(MAX_CAMPAIGNS, 3 * MAX_CAMPAIGNS)), [])
    assert head(fold) <= full + 2048


def test_effects_are_learned_of_a_fixed_number_of_kinds() -> None:
    """A thousand kinds later as much is known as after the first sixteen, which go on being learned."""
    fold = ResponseLearning(LearnSettings(retrain_every=10**9, effect_after=0))
    made = [structs.replace(CLOSED, origin=Origin("user-log", 0, n), kind=f"kind-{n:04d}") for n in range(1000)]
    log = [LogRecord(n, n, None, encode_msgpack(one)) for n, one in enumerate(made)]
    fold.fold(log[:MAX_KINDS], [])
    full = len(encode_msgpack(fold._effects.state()))
    fold.fold(log[MAX_KINDS:], [])
    assert len(encode_msgpack(fold._effects.state())) <= full + 1024
    assert list(fold._effects.learners) == [f"kind-{n:04d}" for n in range(MAX_KINDS)]


def test_campaigns_that_go_on_keep_their_count() -> None:
    """Those that closed a decision last are remembered: exploration of a running campaign does not begin anew."""
    fold, outputs = ResponseLearning(LearnSettings(retrain_every=500)), list[Output]()
    regular = [structs.replace(CLOSED, origin=Origin("user-log", 99, n), campaign="steady@2") for n in range(3)]
    offset = 0
    for one in regular:
        rest = closings(range(offset + 1, offset + MAX_CAMPAIGNS // 2))
        fold.fold([LogRecord(offset, 0, None, encode_msgpack(one)), *rest], outputs)
        offset += MAX_CAMPAIGNS // 2
    assert fold._state.closed["steady"] == 3


def test_a_window_of_drift_is_bounded() -> None:
    """It begins anew when it is full, and its state is under 4 KB then."""
    window, largest = AdaptiveWindow(), 0
    for number in range(WIDEST + 10):
        window.update(0.1 if number % 2 else -0.1)
        largest = max(largest, len(window.state().window)) if number >= WIDEST - 32 else largest
    assert 0 < window.width < 32
    assert largest < 4096


@pytest.mark.parametrize("count", [300, 3000])
def test_fraud_learning_keeps_a_fixed_sample(count: int) -> None:
    """The reservoir's size and no more, however many samples came."""
    fold = FraudLearning(LearnSettings(refit_every=10**9, reservoir=256))
    for number in range(count):
        x = tuple(RANDOM.exponential(1.0, len(FRAUD_ROW)).tolist())
        origin = Origin("user-log", number % 64, number)
        sample = FraudSample(origin=origin, user="u", at=number, x=x, catalogue=VERSION, risk=0.1)
        fold.fold([LogRecord(number, number, None, encode_msgpack(sample))], [])
    assert head(fold) < 4096
    assert len(fold._reservoir) == 256


def test_versions_come_no_faster_than_the_pause() -> None:
    """So many snapshots stand on ``models`` as pauses fit into the time that the log is kept, per model."""
    fold, outputs = ResponseLearning(LearnSettings(retrain_every=10, pause=500)), list[Output]()
    fold.fold(closings(range(1, 3000)), outputs)
    published = [output.key for output in outputs if output.topic == MODELS and output.key.startswith(b"purchase")]
    assert len(published) <= 3000 / 500
