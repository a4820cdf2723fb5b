"""Learned segments in the decide fold: the log says from where on, and everything else stays a law."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from schemas.campaigns import Condition, When
from schemas.codec import decode_json
from schemas.decisions import Decision
from schemas.models import ModelSnapshot
from schemas.origins import Origin
from schemas.records import ModelActivated, Record
from schemas.topics import CLOSED_DECISIONS, DECISIONS
from streams.features.catalogue import CATALOGUE, NO_SEGMENT, SEGMENT_ROW
from streams.features.values import View, value
from streams.fold import DecideFold
from streams.folding import ModelMissing, Output, Refusal
from streams.models.snapshots import pack, seal
from streams.models.store import ModelStore
from streams.profiles.user import User
from streams.segments.served import LearnedSegments
from tests.making.logs import BROWSE, SETTINGS, LogMaker, activation, opening
from tests.making.models import segments

VERSIONS = (segments(1, (1, 2)), segments(2, (2, 7)))
FEATURE = "segment.learned"
LIVELY = structs.replace(
    BROWSE, when=When(event="view"), who=Condition(feature=FEATURE, op="in", value=("s2",)), per_user=None
)
LENGTH = 240


def store(models: tuple[ModelSnapshot, ...] = VERSIONS) -> ModelStore:
    """A store that has read these."""
    made = ModelStore()
    for model in models:
        made.add(model)
    return made


def activated(model: ModelSnapshot, at: int) -> Record:
    """The record that puts a version in force."""
    body = ModelActivated(model.name, model.version, model.sha256)
    return Record(Origin(CLOSED_DECISIONS, 0, model.version), at, "", body)


def log_of(seed: int) -> LogMaker:
    """A log in which a campaign is for a learned segment: none, then one version, then another."""
    made = LogMaker(seed, models=store())
    made.add(opening())
    made.add(activation(LIVELY))
    for model in VERSIONS:
        while len(made.records) < model.version * LENGTH // 3:
            made.step()
        made.add(activated(model, made.records[-1].timestamp))
    while len(made.records) < LENGTH:
        made.step()
    return made


def decisions(outputs: list[Output]) -> list[Decision]:
    """What was decided."""
    return [decode_json(output.value, Decision) for output in outputs if output.topic == DECISIONS]


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), cuts=st.lists(st.integers(0, LENGTH), max_size=4))
def test_splits_and_restores_change_nothing(seed: int, cuts: list[int]) -> None:
    """With learned segments in conditions, versions changing amid the log: the same outputs and the same state."""
    made = log_of(seed)
    fold, outputs, users = DecideFold(0, SETTINGS, store()), list[Output](), dict[bytes, bytes | None]()
    for low, high in pairwise(sorted({0, len(made.records), *cuts})):
        fold.fold(made.records[low:high], outputs)
        head, changed = fold.cut(), dict(fold.encode_frozen(10_000))
        users |= changed
        fold = DecideFold(0, SETTINGS, store())
        fold.restore(head, [(key, entry) for key, entry in users.items() if entry is not None])
    assert outputs == made.outputs
    assert fold.cut() == made.fold.cut()


def test_a_condition_asks_the_version_in_force_and_says_what_it_saw() -> None:
    """Unassigned before the first version; then s1 and s2, which refuse and let through; then s2 and s7."""
    seen: dict[str, set[str]] = {}
    for decision in [one for seed in range(20) for one in decisions(log_of(seed).outputs)]:
        gate = next((gate for gate in decision.gates if gate.name == "eligibility"), None)
        if gate is not None:
            assert gate.passed == (gate.value == f"{FEATURE} s2")
            seen.setdefault(decision.versions.get("segments", "none"), set()).add(gate.value.partition(" ")[2])
    assert seen["none"] == {NO_SEGMENT}
    assert seen["1"] == {"s1", "s2"}
    assert seen["2"] <= {"s2", "s7"}


def test_a_version_that_is_not_at_hand_holds_the_partition() -> None:
    """It is never replaced by a guess."""
    made = LogMaker(1)
    made.add(opening())
    with pytest.raises(ModelMissing, match="segments@1"):
        made.add(activated(VERSIONS[0], 0))


def test_without_a_model_every_learned_label_is_unassigned() -> None:
    """A clear label that conditions may name, not an error."""
    for name in (FEATURE, "segment.rfm"):
        assert value(View(User(), 0), name) == NO_SEGMENT
        assert NO_SEGMENT in CATALOGUE[name].labels


def test_nobody_is_put_into_a_segment_that_no_condition_asks_for() -> None:
    """Making a view costs no label: the model is asked when the feature is read, and then once."""
    asked: list[tuple[float, ...]] = []

    class Counting:
        def label(self, row: tuple[float, ...]) -> str:
            asked.append(row)
            return "s1"

    view = View(User(), 0, labellers={"segments": Counting()})
    assert value(view, "activity.views") == 0.0
    assert asked == []
    assert value(view, FEATURE) == "s1"
    assert [len(row) for row in asked] == [len(SEGMENT_ROW)]


BROKEN: dict[str, dict[str, Any]] = {
    "no names": {"names": None},
    "a name twice": {"names": np.array([1, 1])},
    "a name too many": {"names": np.array([1, 2, 3])},
    "an unknown name": {"names": np.array([1, 100])},
    "names as fractions": {"names": np.array([1.0, 2.0])},
    "other columns": {"centres": np.zeros((2, 3))},
    "a centre that is nowhere": {"centres": np.full((2, len(SEGMENT_ROW)), np.nan)},
}


@pytest.mark.parametrize("how", BROKEN)
def test_arrays_that_make_no_segments_are_refused(how: str) -> None:
    """Under a right checksum as well: nothing unusable is ever put in force."""
    arrays = dict(VERSIONS[0].arrays)
    for name, array in BROKEN[how].items():
        arrays.pop(name)
        arrays |= {} if array is None else {name: pack(array)}
    with pytest.raises(Refusal, match="segments"):
        LearnedSegments.from_snapshot(seal(structs.replace(VERSIONS[0], arrays=arrays)))
