import threading
from collections import deque

import msgspec
import numpy as np
import pytest

from schemas.models import ModelSnapshot
from streams.features.catalogue import RESPONSE_ROW, VERSION
from streams.folding import ModelMissing, Refusal
from streams.models.snapshots import pack, seal
from streams.models.store import ModelStore
from streams.response.logistic import Logistic


def snapshot(version: int = 1, shift: float = 0.0, **changes: object) -> ModelSnapshot:
    """A purchase model with some fields replaced before sealing."""
    columns = len(RESPONSE_ROW)
    made = ModelSnapshot(
        name="purchase",
        version=version,
        algorithm="logistic",
        catalogue=VERSION,
        features=RESPONSE_ROW,
        arrays={
            "mean": pack(np.zeros(columns)),
            "deviation": pack(np.ones(columns)),
            "weight": pack(np.zeros(columns)),
            "clip": pack(np.array([5.0])),
            "intercept": pack(np.array([shift])),
            "calibration": pack(np.array([1.0, 0.0])),
        },
        trained_on=1,
        trained_until=2,
        closed={"cart-rescue": 7},
    )
    return seal(msgspec.structs.replace(made, **changes))


def test_a_model_that_has_not_been_read_is_missing() -> None:
    """The fold waits for it: missing is a refusal that ends when the store grows."""
    store = ModelStore()
    with pytest.raises(ModelMissing, match="purchase@1 is not at hand"):
        store.get("purchase", 1, "")
    store.add(snapshot(2))
    assert store.grown == 1
    with pytest.raises(ModelMissing):
        store.get("purchase", 1, "")


def test_a_model_that_was_read_comes_compiled() -> None:
    """The version that the log names, with what it was closed on."""
    store, model = ModelStore(), snapshot()
    store.add(model)
    found = store.get("purchase", 1, model.sha256)
    assert isinstance(found, Logistic)
    assert found.predict((0.0,) * len(RESPONSE_ROW)) == 0.5
    assert found.closed == {"cart-rescue": 7}
    assert store.trained_until("purchase", 1) == 2
    assert store.trained_until("purchase", 2) is None


def test_a_repeat_keeps_the_compiled_model() -> None:
    """`models` may hold a version more than once: a repeat changes nothing that scores."""
    store, model = ModelStore(), snapshot()
    store.add(model)
    found = store.get("purchase", 1, model.sha256)
    store.add(model)
    assert store.get("purchase", 1, model.sha256) is found


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (msgspec.structs.replace(snapshot(), features=("x",)), "checksum"),
        (snapshot(algorithm="oracle"), "unknown to this worker"),
        (snapshot(catalogue="0"), "feature catalogue"),
        (snapshot(features=RESPONSE_ROW[1:]), "feature catalogue"),
        (snapshot(arrays={}), "finite numbers"),
        (snapshot(shift=float("nan")), "finite numbers"),
    ],
)
def test_a_snapshot_that_cannot_be_used_is_refused_when_it_is_asked_for(model: ModelSnapshot, words: str) -> None:
    """Reading a bad snapshot harms nobody; the partition whose log names it stops with one clear line."""
    store = ModelStore()
    store.add(model)
    with pytest.raises(Refusal, match=words) as refused:
        store.get("purchase", 1, model.sha256)
    assert not isinstance(refused.value, ModelMissing)


def test_another_content_under_the_same_version_is_refused() -> None:
    """The log names a checksum: a snapshot with another one never scores in its place."""
    store = ModelStore()
    store.add(snapshot(shift=1.0))
    with pytest.raises(Refusal, match="not the one the log names"):
        store.get("purchase", 1, snapshot(shift=2.0).sha256)
    store.add(snapshot(shift=2.0))
    assert store.get("purchase", 1, snapshot(shift=2.0).sha256)
    assert store.get("purchase", 1, snapshot(shift=1.0).sha256)


def test_one_thread_may_add_while_another_gets() -> None:
    """The reader sees a version whole or not at all."""
    store, models = ModelStore(), [snapshot(version) for version in range(1, 300)]
    writer = threading.Thread(target=lambda: deque(map(store.add, models), maxlen=0))
    writer.start()
    found = 0
    while found < len(models):
        model = models[found]
        try:
            assert isinstance(store.get("purchase", model.version, model.sha256), Logistic)
            found += 1
        except ModelMissing:
            continue
    writer.join()
    assert store.grown == len(models)
