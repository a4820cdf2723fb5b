from pathlib import Path

import numpy as np
import pytest

from agents.errors import WrongUse
from agents.tables.rows import Selection
from agents.tables.suspected import read_suspected


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Sixty rows with a counter, an amount and a colour."""
    rng = np.random.default_rng(0)
    lines = [
        f"{k},{rng.normal():.3f},{'red' if k % 3 else 'blue'},{'bad' if k % 9 == 0 else 'good'}" for k in range(60)
    ]
    file = tmp_path / "table.csv"
    file.write_text("number,amount,colour,verdict\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_a_counter_is_left_out_unless_it_is_named(table: Path) -> None:
    """A column that rises with every row would make every row the strangest so far."""
    read = read_suspected(table, "verdict", "bad", Selection())
    assert read.features.number_names == ["amount"]
    assert read.features.numbers.shape == (60, 1)
    assert "number: rises or falls with every row, left out as a counter" in read.features.notes
    named = read_suspected(table, "verdict", "bad", Selection(only=("number", "amount")))
    assert named.features.number_names == ["number", "amount"]


def test_a_label_in_words_is_read(table: Path) -> None:
    """The positive value is said, and every ninth row has it."""
    read = read_suspected(table, "verdict", "bad", Selection())
    assert read.labels.tolist() == [k % 9 == 0 for k in range(60)]
    assert read.features.level_names == ["colour"]


def test_a_table_without_a_column_to_learn_from_is_refused(table: Path) -> None:
    """With the option that helps."""
    with pytest.raises(WrongUse, match="no column is left to learn from; name some with --features"):
        read_suspected(table, "verdict", "bad", Selection(ignore=("amount", "colour")))
