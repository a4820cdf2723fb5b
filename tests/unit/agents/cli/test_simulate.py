"""``promostream simulate`` in one process."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from agents.cli.simulate import command
from agents.clone import EXAMPLES
from agents.errors import WrongUse

SHORT = ("--seconds", "30", "--pace", "1440", "--customers", "300", "--campaigns", str(EXAMPLES / "demo"))


def simulate(out: Path, *more: str) -> dict[str, object]:
    """The summary that the command prints."""
    result = CliRunner().invoke(command, [*SHORT, "--out", str(out), "--json", *more], catch_exceptions=False)
    assert result.exit_code == 0
    summary: dict[str, object] = json.loads(result.stdout)
    return summary


def test_what_is_printed_is_written_and_counts_agree(tmp_path: Path) -> None:
    """Summary and files say the same."""
    summary = simulate(tmp_path)
    assert json.loads((tmp_path / "summary.json").read_text()) == summary
    lines = {name: (tmp_path / f"{name}.jsonl").read_text().splitlines() for name in ("triggers", "decisions")}
    sent = [line for line in lines["triggers"] if json.loads(line)["kind"] == "send"]
    assert len(sent) == summary["triggers"]
    assert len(lines["decisions"]) == summary["decisions"]


def test_same_seed_same_files(tmp_path: Path) -> None:
    """A simulation repeats byte for byte; another seed is another shop."""
    simulate(tmp_path / "one", "--seed", "5")
    simulate(tmp_path / "two", "--seed", "5")
    simulate(tmp_path / "other", "--seed", "6")
    one, two, other = ((tmp_path / name / "decisions.jsonl").read_bytes() for name in ("one", "two", "other"))
    assert one == two != other


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "needs --to-kafka or --out"),
        (["--to-kafka", "--out", "x"], "needs --to-kafka or --out"),
        (["--out", "x", "--seconds", "1", "--days", "1"], "--seconds or --days"),
        (["--out", "x", "--campaigns", "nowhere"], "nowhere"),
    ],
)
def test_wrong_use_is_one_line(arguments: list[str], said: str) -> None:
    """What does not fit together is said in one line, and nothing runs."""
    with pytest.raises(WrongUse, match=said) as caught:
        CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert "\n" not in str(caught.value)
