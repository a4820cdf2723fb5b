import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agents.cli import promostream
from agents.errors import BrokerNotReady, WrongUse

CAMPAIGNS = Path(__file__).parents[4] / "deploy" / "examples" / "campaigns"
MAPPING = """
format = "csv"
[columns]
user_id = "user"
occurred_at = { column = "at", format = "seconds" }
type = "what"
item_id = "item"
[defaults]
consent = ["push", "sms", "email"]
"""


def files(tmp_path: Path) -> tuple[str, str]:
    """A history of five users who put something into the cart, one row of which is cut off; its mapping."""
    rows = [f"u{n % 5},{1_511_544_000 + n * 600},{'add_to_cart' if n % 2 else 'view'},i{n}" for n in range(40)]
    (tmp_path / "history.csv").write_text("\n".join(["user,at,what,item", *rows, "u1,15115"]))
    (tmp_path / "mapping.toml").write_text(MAPPING)
    return str(tmp_path / "history.csv"), str(tmp_path / "mapping.toml")


def replay(tmp_path: Path, out: str, *more: str) -> Result:
    """Run the command."""
    history, mapping = files(tmp_path)
    told = ["replay", history, "--mapping", mapping, "--campaigns", str(CAMPAIGNS), "--out", str(tmp_path / out)]
    return CliRunner().invoke(promostream, [*told, *more])


def test_a_replay_writes_its_files_and_its_counts_add_up(tmp_path: Path) -> None:
    """Lines and summary agree, and every row is accepted, dead-lettered or a duplicate."""
    result = replay(tmp_path, "out", "--json")
    assert result.exit_code == 0, result.output
    summary = json.loads(result.stdout)
    assert summary == json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["events_read"] == 41
    assert summary["events_read"] == sum(
        summary[name] for name in ("events_accepted", "events_dead_lettered", "events_duplicate")
    )
    assert (summary["events_dead_lettered"], summary["users"]) == (1, 5)
    for name in ("triggers", "decisions", "dead_letters"):
        lines = (tmp_path / "out" / f"{name}.jsonl").read_text().splitlines()
        assert len(lines) == summary[name]
        assert all(json.loads(line) for line in lines)
    assert summary["decisions"] > 0


def test_the_same_history_gives_the_same_bytes(tmp_path: Path) -> None:
    """File by file, however often it is run."""
    assert replay(tmp_path, "one").exit_code == replay(tmp_path, "two").exit_code == 0
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()


def test_mistakes_are_told_before_anything_is_written(tmp_path: Path) -> None:
    """A wrong mapping, no history, no campaigns: wrong use, one line each."""
    history, mapping = files(tmp_path)
    out = tmp_path / "out"
    for told in (
        [history, "--mapping", str(tmp_path / "none.toml"), "--campaigns", str(CAMPAIGNS)],
        [str(tmp_path / "none.csv"), "--mapping", mapping, "--campaigns", str(CAMPAIGNS)],
        [history, "--mapping", mapping, "--campaigns", str(tmp_path)],
    ):
        result = CliRunner().invoke(promostream, ["replay", *told, "--out", str(out)])
        assert isinstance(result.exception, WrongUse), result.output
        assert "\n" not in str(result.exception)
        assert not out.exists()


def test_publish_without_a_broker_says_so(tmp_path: Path) -> None:
    """Within about ten seconds, as a broker that is not ready."""
    history, mapping = files(tmp_path)
    environment = {"PROMOSTREAM_BOOTSTRAP_SERVERS": "127.0.0.1:1"}
    result = CliRunner().invoke(promostream, ["publish", history, "--mapping", mapping], env=environment)
    assert isinstance(result.exception, BrokerNotReady)
    assert "127.0.0.1:1" in str(result.exception)


@pytest.mark.parametrize("speed", ["fast", "0", "-1", "inf"])
def test_a_speed_that_is_none_is_refused(tmp_path: Path, speed: str) -> None:
    """With an example of one."""
    history, mapping = files(tmp_path)
    result = CliRunner().invoke(promostream, ["publish", history, "--mapping", mapping, "--speed", speed])
    assert result.exit_code == 2
    assert "is no speed" in result.output
