import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agents.cli import promostream
from agents.errors import BROKER, FOUND, USAGE, Failure

EXAMPLES = Path("deploy/examples/campaigns")
TEXT = (EXAMPLES / "cart-rescue.yaml").read_text(encoding="utf-8")


def run(*arguments: str) -> Result:
    """A command's result."""
    return CliRunner().invoke(promostream, ["campaigns", *arguments])


def ended_with(result: Result) -> tuple[int, str]:
    """Exit code and the one line of a failure."""
    assert isinstance(result.exception, Failure), result.output
    assert "\n" not in str(result.exception)
    return result.exception.exit_code, str(result.exception)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A directory with one good and one wrong campaign."""
    (tmp_path / "good.yaml").write_text(TEXT, encoding="utf-8")
    wrong = TEXT.replace("campaign: cart-rescue", "campaign: other").replace("wait: 30m", "wait: 30")
    (tmp_path / "wrong.yaml").write_text(wrong.replace("20%", "20"), encoding="utf-8")
    return tmp_path


def test_shipped_campaigns_are_fine() -> None:
    """Without figures it says what it lacks to say what can be proven."""
    result = run("check", str(EXAMPLES))
    assert result.exit_code == run("check", str(EXAMPLES / "items")).exit_code == 0
    assert "cart-rescue: cart_abandonment, live, CNY, no problem" in result.output
    assert "depends on --conversion" in result.output


def test_it_says_what_can_be_proven() -> None:
    """Given conversion, margin and traffic."""
    figures = ("--conversion", "3%", "--margin", "12.00", "--traffic", "5000")
    result = run("check", str(EXAMPLES / "cart-rescue.yaml"), *figures)
    assert "+10.3% conversion" in result.output
    assert "0.07 CNY" in result.output


def test_all_problems_are_told_and_the_exit_code_is_one(folder: Path) -> None:
    """A line each, in the order of the file; the good campaign is reported too."""
    result = run("check", str(folder))
    assert ended_with(result) == (FOUND, f"2 problems in {folder}")
    lines = result.output.splitlines()
    assert lines[0].startswith(f"{folder}/wrong.yaml:10 when.timer.wait: 30 is not a duration")
    assert lines[1].startswith(f"{folder}/wrong.yaml:26 experiment.holdout: 20 is not a share")
    assert lines[2].startswith("cart-rescue: ")


def test_json_has_campaigns_problems_and_figures(folder: Path) -> None:
    """Under stable names."""
    result = run("check", str(folder), "--json", "--conversion", "3%", "--traffic", "5000")
    found = json.loads(result.output.splitlines()[0])
    assert [campaign["name"] for campaign in found["campaigns"]] == ["cart-rescue"]
    assert found["campaigns"][0]["provable"]["conversion_lift"] == pytest.approx(0.103, abs=0.001)
    assert [problem["field"] for problem in found["problems"]] == ["when.timer.wait", "experiment.holdout"]


@pytest.mark.parametrize("command", ["check", "apply"])
def test_an_empty_directory_is_wrong_use(command: str, tmp_path: Path) -> None:
    """Rather than an empty set that ends every campaign."""
    code, line = ended_with(run(command, str(tmp_path)))
    assert code == USAGE
    assert "has no campaign file" in line


def test_a_wrong_file_is_not_applied(folder: Path) -> None:
    """The broker is not even asked."""
    assert ended_with(run("apply", str(folder))) == (USAGE, "2 problems; nothing was applied")


def test_a_figure_that_is_no_amount_is_wrong_use() -> None:
    """In the campaign's currency."""
    code, line = ended_with(run("check", str(EXAMPLES), "--margin", "12.001"))
    assert (code, line) == (USAGE, "--margin 12.001 is not an amount in CNY; write such as 12.00")


def test_without_a_broker_it_ends_soon_with_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 3 in about ten seconds."""
    monkeypatch.setenv("PROMOSTREAM_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    started = time.monotonic()
    code, line = ended_with(run("apply", str(EXAMPLES)))
    assert code == BROKER
    assert "no broker answers at 127.0.0.1:1" in line
    assert time.monotonic() - started < 12
