import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agents.cli import promostream
from agents.errors import FOUND, USAGE, Failure
from schemas.codec import encode_json
from schemas.decisions import Decision, Gate, OpenedBy
from schemas.origins import Origin

DECISION = Decision(
    decision_id="e1-0-7-0",
    once_key="c1",
    origin=Origin("user-log", 0, 7),
    user="v1.k1.abc",
    campaign="cart-rescue@1",
    decided_at=1_793_498_400_000,
    opened_by=OpenedBy(kind="event", event_id="e1-0-7-1", type="view", occurred_at=1_793_498_400_000),
    result="refused",
    arm="treatment",
    gates=(Gate(name="consent", passed=False, value="none", threshold="any of push"),),
    reasons=("view",),
)


@pytest.fixture
def replayed(tmp_path: Path) -> Path:
    """A replay's directory."""
    (tmp_path / "decisions.jsonl").write_bytes(encode_json(DECISION) + b"\n")
    return tmp_path


def run(*arguments: str) -> Result:
    """A command's result."""
    return CliRunner().invoke(promostream, ["explain", *arguments])


def ended_with(result: Result) -> tuple[int, str]:
    """Exit code and the one line of a failure."""
    assert isinstance(result.exception, Failure), result.output
    return result.exception.exit_code, str(result.exception)


def test_a_refusal_is_explained(replayed: Path) -> None:
    """From the directory, the file, or the file packed."""
    packed = replayed / "decisions.jsonl.gz"
    packed.write_bytes(gzip.compress((replayed / "decisions.jsonl").read_bytes()))
    texts = [run("e1-0-7-0", "--from", str(place)).output for place in (replayed, replayed / "decisions.jsonl", packed)]
    assert texts[0].startswith('No message was sent: the gate "consent" said no.')
    assert len(set(texts)) == 1


def test_json_is_the_record(replayed: Path) -> None:
    """As it stands in the topic."""
    assert json.loads(run("e1-0-7-0", "--from", str(replayed), "--json").output) == json.loads(encode_json(DECISION))


@pytest.mark.parametrize("unknown", ["e1-0-8-0", "e1-0-7-1"])
def test_not_found_is_one_line(replayed: Path, unknown: str) -> None:
    """Even where another field has the id's text."""
    code, line = ended_with(run(unknown, "--from", str(replayed)))
    assert code == FOUND
    assert line.startswith(f"no decision {unknown} in {replayed}")


@pytest.mark.parametrize("wrong", ["cart-rescue", "e1-0-7", "x"])
def test_what_is_no_id_is_wrong_use(wrong: str) -> None:
    """It says what one looks like."""
    assert ended_with(run(wrong)) == (USAGE, f'"{wrong}" is not a decision id; it looks like e7-12-904412-0')


def test_a_place_without_decisions_is_wrong_use(tmp_path: Path) -> None:
    """Not there, or not decisions."""
    assert ended_with(run("e1-0-7-0", "--from", str(tmp_path)))[0] == USAGE
    (tmp_path / "decisions.jsonl").write_text('{"decision_id":"e1-0-7-0"}\n', encoding="utf-8")
    assert ended_with(run("e1-0-7-0", "--from", str(tmp_path)))[0] == USAGE
