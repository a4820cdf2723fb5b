"""What the README lets a newcomer do first."""

import json
import re
from pathlib import Path

from click.testing import CliRunner

from agents.cli import COMMANDS, promostream
from agents.clone import EXAMPLES, ROOT

FIRST = EXAMPLES / "first"


def run(*arguments: str | Path) -> str:
    """What a command prints."""
    result = CliRunner().invoke(promostream, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_first_own_events_do_what_the_readme_says(tmp_path: Path) -> None:
    """Three views open one decision, which can be explained; the impossible price is a dead letter with its field."""
    mapping, campaigns = FIRST / "mapping.toml", EXAMPLES / "demo"
    run("replay", FIRST / "events.jsonl", "--mapping", mapping, "--campaigns", campaigns, "--out", tmp_path)
    (decision,) = (tmp_path / "decisions.jsonl").read_text().splitlines()
    (letter,) = (tmp_path / "dead_letters.jsonl").read_text().splitlines()
    assert json.loads(letter)["field"] == "price"
    decision_id = decision.split('"')[3]
    assert "view in shoes.running" in run("explain", decision_id, "--from", tmp_path)


def test_the_campaigns_to_start_from_are_sound() -> None:
    """Checking the examples finds nothing."""
    for folder in ("demo", "campaigns"):
        assert "no problem" in run("campaigns", "check", EXAMPLES / folder)


def test_the_catalogue_to_start_from_is_sound() -> None:
    """Every row is an item."""
    read = run("catalogue", "publish", EXAMPLES / "first" / "items.csv", "--currency", "CNY", "--dry-run")
    assert "2 items" in read
    assert "0 rows refused" in read


def test_the_readme_names_commands_that_exist() -> None:
    """Every command that the README shows is one, and all of them give help."""
    shown = set(re.findall(r"promostream ([a-z]+)", (ROOT / "README.md").read_text()))
    assert shown <= set(COMMANDS)
    for name in sorted(COMMANDS):
        assert run(name, "--help").startswith("Usage:")
