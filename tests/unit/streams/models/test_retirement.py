"""A version is retired exactly when no fold of what remains of the log can need it."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.models import Milestone
from streams.models.retirement import kept, reached, retired, waiting

Log = list[tuple[str, int] | None]
"""One partition: at each offset an activation of (name, version), or anything else."""

activations = st.lists(st.none() | st.sampled_from(["fraud", "click"]), max_size=40)


def log_of(drawn: list[str | None]) -> Log:
    """Versions count up from 1 by name."""
    latest: dict[str, int] = {}
    log: Log = []
    for name in drawn:
        if name is not None:
            latest[name] = latest.get(name, 0) + 1
        log.append(None if name is None else (name, latest[name]))
    return log


def in_force(log: Log, applied: int) -> dict[str, int]:
    """What a fold has in force after that offset."""
    return dict(entry for entry in log[: applied + 1] if entry is not None)


def needed(log: Log, first: int) -> set[tuple[str, int]]:
    """Every version that a fold from the log's beginning, or from any checkpoint that may go on, can score with."""
    return {*in_force(log, first - 1).items(), *(entry for entry in log[first:] if entry is not None)}


@given(
    logs=st.lists(activations, min_size=1, max_size=3).map(lambda drawn: [log_of(one) for one in drawn]),
    moments=st.lists(st.lists(st.floats(0, 1), min_size=3, max_size=3), max_size=5),
    begins=st.lists(st.floats(0, 1), min_size=3, max_size=3),
)
def test_what_may_be_needed_is_never_retired(logs: list[Log], moments: list[list[float]], begins: list[float]) -> None:
    """Whenever checkpoints were looked at, and wherever retention has come to in each partition."""
    stones: list[Milestone] = []
    published = {version: 0 for log in logs for version in log if version is not None}
    for moment in moments:
        applied = [round(part * len(log)) - 1 for part, log in zip(moment, logs, strict=False)]
        heads = [(at, in_force(log, at)) for at, log in zip(applied, logs, strict=True)]
        stone = reached(0, heads, 1, stones)
        stones += [stone] if stone else []
    first = [round(part * len(log)) for part, log in zip(begins, logs, strict=False)]
    gone = set(retired(stones, first, published))
    for log, at in zip(logs, first, strict=True):
        assert gone & needed(log, at) == set()


@given(activations.map(log_of), st.integers(0, 40), st.integers(0, 40))
def test_every_version_is_retired_in_the_end(log: Log, applied: int, more: int) -> None:
    """As soon as the log begins behind a checkpoint, all that was superseded in it goes: the topic does not grow."""
    applied = min(applied, len(log) - 1)
    stone = reached(0, [(applied, in_force(log, applied))], 1, [])
    published = {version: 0 for version in log if version is not None}
    superseded = {(n, v) for n, v in published if v < in_force(log, applied).get(n, 0)}
    assert set(retired([stone] if stone else [], [applied + 1 + more], published)) == superseded
    assert retired([stone] if stone else [], [applied], published) == []


STONE = Milestone(at=5, in_force={"fraud": 7}, applied=(10, 20), end=100)


def test_one_partition_that_lags_keeps_everything() -> None:
    """Its log still begins where an old version is in force."""
    offsets = {("fraud", 6): 1, ("fraud", 7): 2}
    assert retired([STONE], (11, 20), offsets) == []
    assert retired([STONE], (11, 21), offsets) == [("fraud", 6)]


def test_a_milestone_waits_until_its_effect_is_seen() -> None:
    """What it retired may not have reached the topic: only when nothing is left to retire has it done its work."""
    offsets = {("fraud", 6): 1, ("fraud", 7): 2}
    assert waiting([STONE], (11, 20), {}) == [STONE]
    assert waiting([STONE], (11, 21), offsets) == [STONE]
    assert waiting([STONE], (11, 21), {("fraud", 7): 2}) == []


def test_a_number_that_was_given_again_stays() -> None:
    """Published after the milestone, it is another model, which the log may name."""
    assert retired([STONE], (11, 21), {("fraud", 6): 100}) == []


def test_a_log_of_another_size_proves_nothing() -> None:
    """A new log under the old prefix: milestones of the former one retire nothing, and go."""
    assert retired([STONE], (11, 21, 5), {("fraud", 6): 1}) == []
    assert waiting([STONE], (11, 21, 5), {}) == []


def test_a_partition_that_knows_no_version_proves_nothing_of_it() -> None:
    """A milestone speaks of what is in force everywhere, by the oldest; the same again says nothing new."""
    assert reached(1, [(3, {"fraud": 2}), (4, {})], 9, []) is None
    stone = reached(1, [(3, {"fraud": 2, "click": 8}), (4, {"fraud": 5})], 9, [])
    assert stone == Milestone(1, {"fraud": 2}, (3, 4), 9)
    assert reached(2, [(30, {"fraud": 2}), (40, {"fraud": 9})], 9, [stone]) is None
    assert reached(3, [], 9, []) is None


@given(st.integers(0, 700), st.integers(1, 50))
def test_milestones_are_few(count: int, most: int) -> None:
    """However long the log is kept; the newest is always among them, in order."""
    stones = [Milestone(at, {"fraud": at}, (at,), at) for at in range(count)]
    few = kept(stones, most)
    assert len(few) <= most
    assert few == sorted(few, key=lambda stone: stone.at)
    assert few[-1:] == stones[-1:]
    assert len(few) == min(count, most) or len(few) > most // 2 - 1
