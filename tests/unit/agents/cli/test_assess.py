"""What ``assess`` says of tables that strangers bring."""

from pathlib import Path

import msgspec
import pytest

from agents.cli import promostream, run
from agents.errors import DONE, USAGE

ROWS = "".join(f"2026-01-{1 + i // 24:02}T{i % 24:02}:00:00,{i % 7},{int(i % 3 == 0)},{i % 2}\n" for i in range(240))


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Ten days of hourly rows, under a name that looks like markup."""
    file = tmp_path / "[bold]table.csv"
    file.write_text("at,a,y,t\n" + ROWS, encoding="utf-8")
    return file


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """What was printed, on one line."""
    return " ".join(capsys.readouterr().out.split())


def test_a_file_is_called_as_it_is_called(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Brackets are no markup; where no column is left, the reader is told."""
    asked = ["assess", "uplift", str(table), "--treatment", "t", "--outcome", "y", "--ignore", "at,a", "--splits", "5"]
    assert run(promostream, asked) == DONE
    told = said(capsys)
    assert "[bold]table.csv: 120 rows of 1" in told
    assert "note: no column is left to learn from" in told


@pytest.mark.parametrize("question", ["response", "amount"])
def test_what_columns_tell_alone_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str], question: str) -> None:
    """Which of them are no better than chance, in words and, of all columns, in the file of figures."""
    rows = "".join(f"{i % 3},{(i * 7919) % 101},{int(i % 3 == 0 or i % 7 == 0)}\n" for i in range(600))
    (tmp_path / "t.csv").write_text("tells,noise,y\n" + rows, encoding="utf-8")
    figures = tmp_path / "figures.json"
    asked = ["assess", question, str(tmp_path / "t.csv"), "--label", "y", "--json", str(figures)]
    assert run(promostream, [*asked, "--top-features", "1"]) == DONE
    told = said(capsys)
    assert "lasts" in told
    assert (
        "1 more: --top-features 2 no better than chance alone (beside others they may tell): 1 of 2 columns: noise"
        in told
    )
    found = msgspec.json.decode(figures.read_bytes())["features"]
    assert [(one["name"], one["better_than_chance"]) for one in found] == [("tells", True), ("noise", False)]
    assert run(promostream, [*asked, "--top-features", "0"]) == DONE
    assert "than chance" not in said(capsys)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("response", "--label", "y", "--features", "a,y"), "--features y: this column is asked about"),
        (("uplift", "--treatment", "t", "--outcome", "y", "--value", "nan"), "'nan' is no number to reckon with"),
        (("uplift", "--treatment", "t", "--outcome", "y", "--value", "much"), "'much' is not a valid float"),
    ],
)
def test_a_wrong_option_is_one_line(
    table: Path, capsys: pytest.CaptureFixture[str], asked: tuple[str, ...], told: str
) -> None:
    """And nothing is printed."""
    assert run(promostream, ["assess", asked[0], str(table), *asked[1:]]) == USAGE
    printed = capsys.readouterr()
    assert told in printed.err
    assert printed.err.count("\n") == 1
    assert not printed.out
