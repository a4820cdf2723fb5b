"""The laws of a fold, for all learning folds: any split and any restore give the same bytes."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from schemas.codec import encode_msgpack
from schemas.fraud import FraudSample
from schemas.items import ChosenItem, ItemsChosen
from schemas.origins import Origin
from streams.features.catalogue import FRAUD_ROW, RESPONSE_ROW, VERSION
from streams.folding import Fold, LogRecord, Output, Refusal
from streams.learn import FraudLearning, ItemLearning, LearnSettings, ResponseLearning
from streams.profiles.user import mark
from tests.making.checkpoints import checkpoint
from tests.making.closed import NOTHING

SETTINGS = LearnSettings(
    retrain_every=4,
    refit_every=6,
    reservoir=8,
    trees=3,
    effect_after=2,
    effect_least=3,
    segment_batch=5,
    choices_every=3,
)
MAKE: dict[str, Callable[[], Fold]] = {
    "response": lambda: ResponseLearning(SETTINGS),
    "fraud": lambda: FraudLearning(SETTINGS),
    "items": lambda: ItemLearning(SETTINGS, most_items=5, most_sources=6),
}

origins = st.tuples(st.integers(0, 2), st.integers(0, 12), st.integers(0, 1))
Spec = tuple[tuple[int, int, int], bool, bool, bool, int]
specs_of_logs = st.lists(
    st.tuples(origins, st.booleans(), st.booleans(), st.booleans(), st.integers(0, 99)), max_size=30
)


def closed(at: int, spec: Spec) -> bytes:
    """A closed decision of a drawn shape."""
    (partition, offset, n), ghost, sent, label, seed = spec
    decision = structs.replace(
        NOTHING,
        origin=Origin("user-log", partition, offset, n),
        decision_id=f"e1-{partition}-{offset}-{n}",
        campaign=f"c{seed % 3}@1",
        ghost=ghost,
        action=int(sent),
        x=tuple(np.random.default_rng(seed).exponential(1.0, len(RESPONSE_ROW)).tolist()),
        catalogue=VERSION if seed % 10 else "0",
        opened_at=at,
        closed_at=at + 10,
        delivered=sent,
        clicked=sent and label,
        purchased=label,
    )
    return encode_msgpack(decision)


def sample(at: int, spec: Spec) -> bytes:
    """A fraud sample of a drawn shape."""
    (partition, offset, n), strange, _, broken, seed = spec
    x = np.random.default_rng(seed).exponential(1.0, len(FRAUD_ROW))
    x[0] = np.nan if broken and strange else x[0]
    risk = 0.95 if strange else 0.2
    origin = Origin("user-log", partition, offset, n)
    return encode_msgpack(
        FraudSample(origin=origin, user="u", at=at, x=tuple(x.tolist()), catalogue=VERSION, risk=risk)
    )


def choice(at: int, spec: Spec) -> bytes:
    """A choice of a drawn shape, of more items than there is room for; now and then years later."""
    (partition, offset, n), bought, long, broken, seed = spec
    texts = [f"i{seed % 9}", f"i{seed % 7}"] if bought else [f"i{seed % 9}" if seed % 20 else "x" * 70]
    seen = ItemsChosen(
        origin=Origin("user-log", partition, offset, n),
        at=at if seed % 11 else at + 50_000_000_000,
        kind="purchase" if bought else "add_to_cart",
        chosen=tuple(ChosenItem(text, (seed + int(long)) % 4, seed) for text in texts),
        beside=tuple(mark(f"i{other}") for other in range(seed % 5)),
        interests=((seed % 4, 0.5), (1 + seed % 4, float("nan") if broken and long else 0.5)),
    )
    return encode_msgpack(seen)


MESSAGE = {"response": closed, "fraud": sample, "items": choice}
every_fold = pytest.mark.parametrize("kind", list(MAKE))


class Checkpoint:
    """What a broker would hold of a fold's checkpoints."""

    def __init__(self) -> None:
        self.head: bytes | None = None
        self.entries: dict[bytes, bytes] = {}

    def take(self, fold: Fold) -> None:
        """One whole checkpoint."""
        self.head = checkpoint(fold, self.entries, most=2)


def log_of(kind: str, specs: Sequence[Spec]) -> list[LogRecord]:
    """The log that holds the drawn messages, with gaps between offsets."""
    return [LogRecord(2 * k, k, None, MESSAGE[kind](1000 * k, spec)) for k, spec in enumerate(specs)]


def pieces(log: Sequence[LogRecord], cuts: Sequence[int]) -> list[Sequence[LogRecord]]:
    """The log cut at these places."""
    ends = sorted({min(cut, len(log)) for cut in cuts} | {0, len(log)})
    return [log[start:end] for start, end in pairwise(ends)]


def straight(kind: str, log: Sequence[LogRecord]) -> tuple[list[Output], Checkpoint]:
    """Outputs and final state of the log folded in one go."""
    fold, outputs, end = MAKE[kind](), list[Output](), Checkpoint()
    fold.fold(log, outputs)
    end.take(fold)
    return outputs, end


@every_fold
@settings(max_examples=25, deadline=None)
@given(specs=specs_of_logs, cuts=st.lists(st.integers(0, 30), max_size=4))
def test_splitting_the_log_anywhere_changes_nothing(kind: str, specs: list[Spec], cuts: list[int]) -> None:
    """Folded in any pieces, each seen twice, the log gives the same outputs and the same state."""
    log = log_of(kind, specs)
    expected, end = straight(kind, log)
    fold, outputs, last = MAKE[kind](), list[Output](), Checkpoint()
    for piece in pieces(log, cuts):
        fold.fold(piece, outputs)
        fold.fold(piece, outputs)
    last.take(fold)
    assert outputs == expected
    assert (last.head, last.entries) == (end.head, end.entries)


@every_fold
@settings(max_examples=25, deadline=None)
@given(specs=specs_of_logs, cuts=st.lists(st.integers(0, 30), max_size=4))
def test_a_restore_anywhere_changes_nothing(kind: str, specs: list[Spec], cuts: list[int]) -> None:
    """Checkpointed and restored between any pieces, the log gives the same outputs and the same state."""
    log = log_of(kind, specs)
    expected, end = straight(kind, log)
    checkpoint, outputs = Checkpoint(), list[Output]()
    for piece in pieces(log, cuts):
        fold = MAKE[kind]()
        fold.restore(checkpoint.head, checkpoint.entries.items())
        fold.fold(piece, outputs)
        checkpoint.take(fold)
    assert outputs == expected
    if log:
        assert (checkpoint.head, checkpoint.entries) == (end.head, end.entries)


@every_fold
@settings(max_examples=25, deadline=None)
@given(specs=specs_of_logs)
def test_encoding_what_was_decoded_gives_the_same_bytes(kind: str, specs: list[Spec]) -> None:
    """encode(decode(state)) == encode(state)."""
    _, end = straight(kind, log_of(kind, specs))
    fold = MAKE[kind]()
    fold.restore(end.head, end.entries.items())
    assert fold.cut() == end.head


@every_fold
def test_a_checkpoint_of_a_newer_version_is_refused(kind: str) -> None:
    """An older program does not read what it cannot know."""
    with pytest.raises(Refusal, match="state version 99"):
        MAKE[kind]().restore(encode_msgpack((99, "", None)), ())


@every_fold
def test_a_checkpoint_of_other_arithmetic_is_refused(kind: str) -> None:
    """Models that would differ in their last bits are not mixed."""
    with pytest.raises(Refusal, match="exp, log or pow differ"):
        MAKE[kind]().restore(encode_msgpack((1, "elsewhere", None)), ())


@every_fold
def test_nothing_is_due(kind: str) -> None:
    """Learning has no timers: only records move it."""
    fold = MAKE[kind]()
    assert fold.due() is None
    assert fold.applied == -1
