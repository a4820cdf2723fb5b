import threading
import time
from collections.abc import Iterable
from contextlib import suppress

import msgspec
import pytest

from schemas.models import ModelSnapshot
from streams.features.catalogue import RESPONSE_ROW
from streams.folding import ModelMissing, Refusal
from streams.models.store import ADDED, ASKED, ModelStore
from streams.response.logistic import Logistic
from tests.making.models import snapshot


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


def held(store: ModelStore, models: Iterable[ModelSnapshot]) -> int:
    """How many of these are at hand; asking for the others makes them missing."""
    found = 0
    for model in models:
        with suppress(ModelMissing):
            found += store.get(model.name, model.version, model.sha256) is not None
    return found


def test_the_store_does_not_grow_with_versions() -> None:
    """Of any number of versions that were added, and of any number that were asked for, a few are held."""
    store, models = ModelStore(), [snapshot(version) for version in range(1, 200)]
    for model in models:
        store.add(model)
    assert held(store, models[: -2 * ADDED]) == 0
    assert held(store, models[-ADDED:]) == ADDED
    for model in models:
        store.add(model)
        store.get("purchase", model.version, model.sha256)
    assert held(store, reversed(models)) <= ADDED + ASKED
    assert len(store._alive) <= ADDED + ASKED


def test_what_follows_a_version_in_force_is_coming_until_it_is_here() -> None:
    """A reader brings it before a fold has to wait for it."""
    store = ModelStore()
    store.add(snapshot(1))
    assert store.coming() == ()
    store.get("purchase", 1, snapshot(1).sha256)
    assert store.coming() == (("purchase", 2),)
    store.add(snapshot(2))
    assert store.coming() == ()


def test_what_scores_is_at_hand_as_long_as_it_does() -> None:
    """A version in force anywhere is found again without a reader, however many came after it."""
    store, first = ModelStore(), snapshot(1)
    store.add(first)
    in_force = store.get("purchase", 1, first.sha256)
    for version in range(2, 100):
        store.add(snapshot(version))
        store.get("purchase", version, snapshot(version).sha256)
    assert store.get("purchase", 1, first.sha256) is in_force


def test_what_was_asked_for_last_stays_whatever_is_added() -> None:
    """Between the check of an activation and its taking effect a reader may add anything."""
    store, model = ModelStore(), snapshot(1)
    store.add(model)
    store.get("purchase", 1, model.sha256)
    for version in range(2, 100):
        store.add(snapshot(version))
    assert store.get("purchase", 1, model.sha256)


def test_what_is_missing_is_told_until_it_is_added() -> None:
    """The reader of `models` knows from it what to read again."""
    store, models = ModelStore(), [snapshot(version) for version in range(1, 50)]
    for model in models:
        store.add(model)
    assert store.missing() == ()
    with pytest.raises(ModelMissing):
        store.get("purchase", 1, models[0].sha256)
    assert store.missing() == (("purchase", 1),)
    store.add(models[0])
    assert store.missing() == ()
    assert store.get("purchase", 1, models[0].sha256)


def test_one_thread_may_add_while_another_gets() -> None:
    """A reader that adds what is missing serves every fold in the end, each version whole or not at all."""
    store, models = ModelStore(), {("purchase", version): snapshot(version) for version in range(1, 100)}
    served = threading.Event()

    def read() -> None:
        for model in models.values():
            store.add(model)
        while not served.wait(0.001):
            for key in store.missing():
                store.add(models[key])

    reader = threading.Thread(target=read)
    reader.start()
    waiting = [*models.values()]
    while waiting:
        try:
            assert isinstance(store.get("purchase", waiting[-1].version, waiting[-1].sha256), Logistic)
            waiting.pop()
        except ModelMissing:
            time.sleep(0)
    served.set()
    reader.join()
