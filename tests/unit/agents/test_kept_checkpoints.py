"""What is told of a checkpoint, whatever stands there."""

import pytest

from agents import coordinate, decide, learn
from agents.cli.checkpoints import in_words
from agents.errors import USAGE
from agents.kept_checkpoints import FOLDS, describe
from agents.rights import KEPT
from agents.runtime.heads import FORMAT, Head, LogFacts, encode_head
from agents.runtime.storage import Found
from schemas.topics import USER_LOG
from tests.making.checkpoints import checkpoint
from tests.making.commands import ended, only_line
from tests.making.logs import make_log

LOG = LogFacts("log-1", 0, 500)
AT = 1_793_498_281_500


def of(fold: bytes, entries: dict[bytes, bytes], low: int = 0) -> Found:
    """A checkpoint of user-log/0 as it is read."""
    head = Head(FORMAT, LOG.topic_id, 299, {}, AT, fold)
    return Found(LOG._replace(low=low), encode_head(head), entries)


def test_every_role_with_checkpoints_can_be_asked() -> None:
    """Of every log that it folds: a new one is a line in ``FOLDS``."""
    assert set(FOLDS) == set(KEPT)
    folded = {"decide": decide.TOPICS, "learn": learn.TOPICS, "coordinate": coordinate.TOPICS}
    assert {role: tuple(folds) for role, folds in FOLDS.items()} == folded
    for role, folds in FOLDS.items():
        for log, fold in folds.items():
            assert describe(role, log, 0, of(fold().cut(), {})).unreadable == ""


def test_a_checkpoint_that_this_program_wrote_is_readable() -> None:
    """Its users too."""
    entries: dict[bytes, bytes] = {}
    head = checkpoint(make_log(3).fold, entries)
    kept = describe("decide", USER_LOG, 0, of(head, entries))
    assert (kept.unreadable, kept.needed, kept.applied, kept.entries) == ("", "", 299, len(entries))
    (line,) = in_words([kept])
    assert line.startswith(f"decide user-log/0: {len(entries)} entries, ")
    assert line.endswith("up to offset 299 of 0 to 500, written 2026-11-01 01:58 UTC")


@pytest.mark.parametrize(
    "found", [of(b"\xc1", {}), of(b"\x90", {}), Found(LOG, b"?", {}), Found(LOG, None, {b"u": b""})]
)
def test_whatever_cannot_be_read_is_told_and_not_raised(found: Found) -> None:
    """The command is there for just these."""
    kept = describe("decide", USER_LOG, 0, found)
    assert kept.unreadable
    assert "unreadable: " in in_words([kept])[1]


def test_a_checkpoint_that_nothing_could_replace_is_needed() -> None:
    """Retention has removed the log's beginning: folding it anew is no way any more."""
    kept = describe("decide", USER_LOG, 0, of(b"", {}, low=7))
    assert kept.needed == "user-log/0 begins at offset 7: without its checkpoint it could never be folded again"


def test_a_role_must_be_named() -> None:
    """Nobody deletes everything by leaving a word out."""
    result = ended("checkpoints", "delete", "--yes")
    assert result.returncode == USAGE
    assert "--role" in only_line(result)
