import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agents.cli import promostream
from agents.errors import FOUND, USAGE, Failure

GOOD = '{"event_id":"e-1","type":"view","user_id":"u","occurred_at":1793498281500,"item_id":"i"}'
BAD = '{"event_id":"e-2","type":"view","user_id":"u","occurred_at":1793498281500,"quantity":0}'
MAPPING = Path("deploy/examples/first/mapping.toml")
HISTORY = Path("deploy/examples/first/events.jsonl")


def run(*arguments: str) -> Result:
    """A command's result."""
    return CliRunner().invoke(promostream, ["validate", *arguments])


def test_good_events_pass(tmp_path: Path) -> None:
    """With their users, types and fields."""
    file = tmp_path / "events.jsonl"
    file.write_text(f"{GOOD}\n\n", encoding="utf-8")
    result = run(str(file))
    assert result.exit_code == 0
    assert "1 messages, 1 taken of 1 users" in result.output
    assert "item_id" in result.output


def test_what_would_be_refused_is_shown_and_found(tmp_path: Path) -> None:
    """Exit code 1; the account is on standard output all the same."""
    file = tmp_path / "events.jsonl"
    file.write_text(f"{GOOD}\n{BAD}\n", encoding="utf-8")
    result = run(str(file), "--json")
    assert isinstance(result.exception, Failure)
    assert (result.exception.exit_code, str(result.exception)) == (FOUND, "1 of 2 messages would be refused")
    account = json.loads(result.output)
    assert account["refused"] == {"impossible_value": 1}
    assert account["fields"]["quantity"]["example"].startswith("line 2: quantity: ")


def test_a_table_that_is_no_events_is_told_of_mappings(tmp_path: Path) -> None:
    """And brackets in a file's name or in a message are no markup."""
    file = tmp_path / "[bold]events.csv"
    file.write_text("user,[i]at\nu1,2026-01-01\n", encoding="utf-8")
    result = run(str(file))
    assert isinstance(result.exception, Failure)
    assert str(result.exception) == (
        "2 of 2 messages would be refused; if it is a history, name its columns with --mapping"
    )
    assert "[bold]events.csv: 2 messages" in result.output


def test_a_history_is_read_through_its_mapping() -> None:
    """Rows that the mapping cannot read are refused by their number."""
    result = run(str(HISTORY), "--mapping", str(MAPPING))
    assert isinstance(result.exception, Failure)
    assert str(result.exception) == "1 of 4 messages would be refused"
    assert "row 4: " in result.output
    assert "unreadable_row" in result.output


@pytest.mark.parametrize(
    "arguments",
    [(), ("a.jsonl", "--topic", "clicks"), ("--topic", "clicks", "--mapping", "m.toml"), ("nowhere.jsonl",)],
)
def test_a_wrong_call_is_one_line(arguments: tuple[str, ...]) -> None:
    """That says what to name."""
    failure = run(*arguments).exception
    assert isinstance(failure, Failure)
    assert failure.exit_code == USAGE
    assert "\n" not in str(failure)
