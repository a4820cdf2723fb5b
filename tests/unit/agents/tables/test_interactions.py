from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from agents.cli import promostream
from agents.errors import WrongUse
from agents.tables.interactions import UNTIMED, Columns, read_interactions


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Four good rows, not in the order of time; one without an item."""
    file = tmp_path / "views.csv"
    rows = ["b,shoe,30,walk,,80", "a,shoe,10,walk,acme,80", "a,,15,walk,acme,80", "a,hat,20,sun,acme,41", "b,hat,40,,,"]
    file.write_text("who,what,at,kind,make,price\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return file


def test_rows_are_in_the_order_of_time_and_codes_by_first_coming(table: Path) -> None:
    """Categories and brands from 1, 0 where missing; prices in half octaves; a row without an item is left out."""
    read = read_interactions(table, Columns("who", "what", "at", "kind", "make", "price"))
    own = read.interactions
    assert own.users.tolist() == [0, 0, 1, 1]
    assert own.items.tolist() == [0, 1, 0, 1]
    assert own.moments.tolist() == [10.0, 20.0, 30.0, 40.0]
    assert own.attributes[:, 0].tolist() == [1, 2, 1, 0]
    assert own.attributes[:, 1].tolist() == [1, 1, 0, 0]
    assert own.attributes[:, 2].tolist() == [3, 1, 3, 0]
    assert np.array_equal(own.weights, np.ones(4))
    assert read.notes == ["1 rows without user, item or time were left out"]


def test_without_times_the_order_is_the_files(table: Path) -> None:
    """And a note says what that costs; weights that are none count as 1."""
    read = read_interactions(table, Columns("who", "what", weight="price"))
    assert read.interactions.users.tolist() == [0, 1, 1, 0]
    assert read.interactions.weights.tolist() == [80.0, 80.0, 41.0, 1.0]
    assert read.notes[-1] == UNTIMED


def test_a_wrong_column_is_named(table: Path) -> None:
    """With the option and the columns that there are."""
    with pytest.raises(WrongUse, match=r"--item sku: .* has no such column, but who, what"):
        read_interactions(table, Columns("who", "sku"))


def test_the_command_prints_a_table_and_writes_every_figure(tmp_path: Path) -> None:
    """Of a shop of thirty users, by lot."""
    random, file, figures = np.random.default_rng(0), tmp_path / "views.csv", tmp_path / "figures.json"
    rows = [f"{random.integers(30)},{random.integers(20)},{60 * k}" for k in range(400)]
    file.write_text("who,what,at\n" + "\n".join(rows) + "\n", encoding="utf-8")
    asked = ["assess", "recommend", str(file), "--user", "who", "--item", "what", "--time", "at"]
    shown = CliRunner().invoke(promostream, [*asked, "--json", str(figures)])
    assert shown.exit_code == 0, shown.output
    assert "factorisation" in shown.output
    assert "blend" in shown.output
    written = figures.read_text(encoding="utf-8")
    assert '"hit_rate_less"' in written
    assert '"reachable"' in written
