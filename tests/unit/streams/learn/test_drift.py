from collections.abc import Iterable
from hashlib import blake2b

import numpy as np
from msgspec import structs

from schemas.codec import decode_msgpack, encode_msgpack
from schemas.origins import Origin
from streams.folding import LogRecord
from streams.learn import LearnSettings, ResponseLearning
from streams.learn.adaptive_window import AdaptiveWindow, WindowState
from streams.learn.drift import DriftWatch, drift_totals
from streams.learn.response import MODELS
from streams.state import numerics
from tests.making.closed import NOTHING

NEVER = LearnSettings(retrain_every=10**9)
RIVER_0_26 = "67b75ff82c53fdd7"
"""Of the state below; another one means that River's layout moved, and with it what checkpoints hold."""


def closings(labels: Iterable[bool], ghost: bool = False, begin: int = 0) -> list[LogRecord]:
    """Closed decisions of which some bought."""
    made = [
        structs.replace(NOTHING, origin=Origin("user-log", 0, n), ghost=ghost, purchased=bool(label))
        for n, label in enumerate(labels, begin)
    ]
    return [LogRecord(n, n, None, encode_msgpack(one)) for n, one in enumerate(made, begin)]


def flips(rates: Iterable[tuple[float, int]], seed: int = 0) -> list[bool]:
    """So many labels of each rate."""
    rng = np.random.default_rng(seed)
    return [bool(one) for rate, count in rates for one in rng.random(count) < rate]


def drifts(fold: ResponseLearning) -> dict[str, int]:
    """Drifts by counter."""
    return {name: count for name, count in fold.counters().items() if name.startswith("drift_total")}


def test_before_the_first_drift_the_totals_are_zero() -> None:
    """A total that appears with its first drift shows no increase, and no alert would fire."""
    assert drifts(ResponseLearning()) == drift_totals(MODELS)
    assert set(drift_totals(MODELS).values()) == {0}


def test_a_tripled_rate_of_purchases_is_a_drift_of_that_model_only() -> None:
    """Found within 3,000 labels; nothing before; nothing said of the click model, which saw no message."""
    fold = ResponseLearning(NEVER)
    labels = flips([(0.1, 4_000), (0.3, 3_000)])
    fold.fold(closings(labels[:4_000]), [])
    assert sum(drifts(fold).values()) == 0
    fold.fold(closings(labels[4_000:], begin=4_000), [])
    found = drifts(fold)
    assert found["drift_total|purchase|calibration"] >= 1
    assert all(count == 0 for name, count in found.items() if "click" in name)


def certainty(fold: ResponseLearning) -> float:
    """How certain the champion's calibration of purchases is of its shift."""
    return fold._contests["purchase"].state()[1].platt[4]


def test_a_drift_makes_the_calibration_of_that_model_forget() -> None:
    """Its certainty, which only grows while nothing changes, falls with the label that shows the drift."""
    fold = ResponseLearning(NEVER)
    labels = flips([(0.1, 3_000), (0.4, 2_000)])
    fold.fold(closings(labels[:3_000]), [])
    certain = [certainty(fold)]
    for place in range(3_000, 5_000, 32):
        fold.fold(closings(labels[place : place + 32], begin=place), [])
        certain.append(certainty(fold))
        if sum(drifts(fold).values()):
            break
    assert certain[-2] > certain[0]
    assert certain[-1] < 0.5 * certain[-2]


def test_held_out_customers_are_no_drift() -> None:
    """They train nothing and buy otherwise than the treated, which says nothing of the model."""
    fold = ResponseLearning(NEVER)
    fold.fold(closings(flips([(0.2, 2_000)])), [])
    fold.fold(closings([False] * 2_000, ghost=True, begin=2_000), [])
    assert sum(drifts(fold).values()) == 0


def test_a_window_goes_on_bit_by_bit() -> None:
    """Snapshot and restore after every value, a drift included: the same drifts and the same bytes."""
    values = [float(label) for label in flips([(0.1, 600), (0.6, 300)], seed=3)]
    through, restored, seen = AdaptiveWindow(), AdaptiveWindow(), [0, 0]
    for value in values:
        restored = AdaptiveWindow(decode_msgpack(encode_msgpack(restored.state()), WindowState))
        drifted = through.update(value), restored.update(value)
        assert drifted[0] == drifted[1]
        seen[drifted[0]] += 1
    assert seen[True] >= 1
    assert restored.state() == through.state()


def test_river_keeps_its_layout() -> None:
    """An upgrade that writes other bytes would misread the checkpoints of the version before."""
    window = AdaptiveWindow()
    for value in (0.25, 0.5, 0.75) * 100:
        window.update(value)
    assert blake2b(window.state().window, digest_size=8).hexdigest() == RIVER_0_26


def test_absurd_predictions_are_no_accident() -> None:
    """Certain and wrong: the loss is bounded before it is watched."""
    watch = DriftWatch("purchase")
    for label in flips([(0.5, 500)]):
        watch.judge(0.0 if label else 1.0, 0.5, label)
    assert all(window.window for window in watch.state().values())


def test_a_state_without_windows_is_read() -> None:
    """A checkpoint of version 1 goes on: what was learned stays, and windows begin empty."""
    old = ResponseLearning(NEVER)
    old.fold(closings(flips([(0.1, 50)])), [])
    _, _, content = decode_msgpack(old.cut(), tuple[int, str, list[object]])
    fold = ResponseLearning(NEVER)
    fold.restore(encode_msgpack((1, numerics(), content[:4])), ())
    assert fold.progress() == old.progress()
    assert sum(drifts(fold).values()) == 0
