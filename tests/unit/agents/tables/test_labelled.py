from pathlib import Path

import numpy as np
import pytest

from agents.errors import WrongUse
from agents.tables.amounts import read_amounts
from agents.tables.labelled import Choice, read_labelled
from agents.tables.rows import Selection

AT = Selection("at")
ROWS = """at,amount,colour,id,flat,won
2026-01-02 00:00:00,3.5,red,a,1,yes
2026-01-01 00:00:00,?,blue,b,1,no
2026-01-03 12:00:00,7,,c,1,yes
2026-01-04 00:00:00,1e3,red,d,1,
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A small table in no order, with gaps."""
    file = tmp_path / "table.csv"
    file.write_text(ROWS, encoding="utf-8")
    return file


def test_rows_stand_in_the_order_of_time_and_labels_come_late(table: Path) -> None:
    """A day after its row a label is known; a row without one is left out, and it is said."""
    read = read_labelled(table, Choice("won", selection=AT, delay=86_400.0))
    assert read.labels.tolist() == [0.0, 1.0, 1.0]
    assert read.ready.tolist() == [0, 1, 2]
    assert "1 rows without won or at were left out" in read.features.notes


def test_numbers_categories_and_gaps_are_told_apart(table: Path) -> None:
    """A number that is none is NaN, a missing level has its own code, a column that never changes is left out."""
    own = read_labelled(table, Choice("won", selection=AT)).features
    assert own.number_names == ["amount"]
    assert np.isnan(own.numbers[0, 0])
    assert own.numbers[1:, 0].tolist() == [3.5, 7.0]
    assert own.level_names == ["colour", "id"]
    assert own.levels[2, 0] == 0
    assert "flat: always the same, left out" in own.notes


def test_named_features_are_the_only_ones(table: Path) -> None:
    """And those ignored are not there."""
    assert read_labelled(table, Choice("won", selection=Selection(only=("amount",)))).features.level_names == []
    assert read_labelled(table, Choice("won", selection=Selection("at", ignore=("id",)))).features.level_names == [
        "colour"
    ]


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        (Choice("lost"), "--label lost: "),
        (Choice("colour"), "--label colour has the values blue, red, not 0 and 1; say which"),
        (Choice("colour", positive="green"), "--positive green: colour has the values blue, red; name one of them"),
        (Choice("won", selection=Selection("colour")), "--time colour: 'red' is no moment; use ISO 8601"),
        (Choice("won", delay=60.0), "--delay needs --time"),
        (Choice("won", selection=Selection(ignore=("colours",))), "--ignore colours: "),
    ],
)
def test_a_wrong_choice_is_one_line(table: Path, choice: Choice, said: str) -> None:
    """It names the option, what was found and what would fit."""
    with pytest.raises(WrongUse) as told:
        read_labelled(table, choice)
    assert said in str(told.value)


@pytest.mark.parametrize("content", [b"", b"a,b\n", b'{"a": [}\n'])
def test_a_file_that_is_no_table_is_one_line(tmp_path: Path, content: bytes) -> None:
    """Whatever pyarrow says of it."""
    file = tmp_path / ("table.jsonl" if content.startswith(b"{") else "table.csv")
    file.write_bytes(content)
    with pytest.raises(WrongUse) as told:
        read_labelled(file, Choice("a"))
    assert "\n" not in str(told.value)


def test_an_amount_beyond_all_sums_and_a_column_without_any_are_one_line(tmp_path: Path) -> None:
    """Their squares would make every figure infinite."""
    file = tmp_path / "table.csv"
    file.write_text("a,y,none\n1,2,\n2,1e200,\n", encoding="utf-8")
    with pytest.raises(WrongUse, match=r"--label y: row 2: 1e\+200 is beyond 1e\+100"):
        read_amounts(file, "y", Selection())
    with pytest.raises(WrongUse, match=r"--label none: there is no value in it; name a column of numbers"):
        read_amounts(file, "none", Selection())


def test_values_of_a_label_are_shown_on_one_line(tmp_path: Path) -> None:
    """However long they are, and whatever they hold."""
    file = tmp_path / "table.csv"
    file.write_text(f'a,y\n1,"o\nne"\n2,{"x" * 500}\n', encoding="utf-8")
    with pytest.raises(WrongUse) as told:
        read_labelled(file, Choice("y"))
    assert "\n" not in str(told.value)
    assert len(str(told.value)) < 200


def test_labels_that_come_too_late_are_noted(table: Path) -> None:
    """Models that are alike since nobody learned anything would look like models that are equally good."""
    told = "--delay is long for this table: before the last row only 0 of 3 labels are known"
    assert told in read_labelled(table, Choice("won", selection=AT, delay=1e9)).features.notes
    assert told not in read_labelled(table, Choice("won", selection=AT)).features.notes


def test_where_no_column_is_left_it_is_noted(table: Path) -> None:
    """All models are then the constant; a label is no feature, even if it is named as one."""
    only_flat = read_labelled(table, Choice("won", selection=Selection(only=("flat",)))).features
    assert "no column is left to learn from: nobody can know more than the constant" in only_flat.notes
    with pytest.raises(WrongUse, match="--features won: this column is asked about"):
        read_labelled(table, Choice("won", selection=Selection(only=("amount", "won"))))


def test_rows_of_one_moment_do_not_know_each_other(tmp_path: Path) -> None:
    """The lines of one order bear one label: none of them may tell it to the next."""
    file = tmp_path / "orders.csv"
    file.write_text("at,x,won\n" + "".join(f"2026-01-0{1 + k // 3},{k},{k % 2}\n" for k in range(9)), encoding="utf-8")
    assert read_labelled(file, Choice("won", selection=AT)).ready.tolist() == [0, 0, 0, 3, 3, 3, 6, 6, 6]


def test_one_moment_for_all_rows_is_said(tmp_path: Path) -> None:
    """Then nobody learns anything."""
    file = tmp_path / "dump.csv"
    file.write_text("at,x,won\n" + "".join(f"2026-01-01,{k},{k % 2}\n" for k in range(60)), encoding="utf-8")
    assert any("of one moment" in note for note in read_labelled(file, Choice("won", selection=AT)).features.notes)


def test_a_label_that_says_yes_or_nothing_is_refused(tmp_path: Path) -> None:
    """Left out, its empty rows would leave nothing but yes."""
    file = tmp_path / "won.csv"
    file.write_text("x,won\n1,1\n2,\n3,1\n", encoding="utf-8")
    with pytest.raises(WrongUse, match="if empty means no, write 0 there"):
        read_labelled(file, Choice("won"))
