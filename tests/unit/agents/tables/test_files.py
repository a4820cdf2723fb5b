import json
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from agents.errors import WrongUse
from agents.tables.files import TableFile


def read(folder: Path, name: str, content: str | bytes) -> TableFile:
    """A file of this content, read."""
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return TableFile(file)


def values(table: TableFile, name: str) -> list[object]:
    """A column as Python sees it."""
    found: list[object] = table.columns[name].to_pylist()
    return found


def test_fields_of_nested_objects_are_columns_and_lists_are_left_out(tmp_path: Path) -> None:
    """With a note."""
    table = read(tmp_path, "a.jsonl", '{"u": {"a": {"b": 1}, "c": "x"}, "l": [1, 2]}\n')
    assert list(table.columns) == ["u.a.b", "u.c"]
    assert table.notes == ["l: lists and bytes are left out"]


def test_a_json_column_of_several_kinds_becomes_text(tmp_path: Path) -> None:
    """Also where the file is one array of objects, whatever fields they have."""
    rows = [{"x": 1, "y": 1}, {"x": "a"}, {"x": None, "y": 2, "z": 2.5}]
    lines = read(tmp_path, "a.jsonl", "\n".join(map(json.dumps, rows)))
    whole = read(tmp_path, "b.json", json.dumps(rows))
    for table in (lines, whole):
        assert values(table, "x") == ["1", "a", None]
        assert values(table, "y") == [1, None, 2]
        assert values(table, "z") == [None, None, 2.5]


def test_a_file_that_is_not_utf_8_is_read_as_latin_1(tmp_path: Path) -> None:
    """Whether the header or a value shows it."""
    for content in ("größe,b\n1,x\n", "a,b\n1,für\n"):
        table = read(tmp_path, "a.csv", content.encode("latin-1"))
        assert content.splitlines()[0].split(",") == list(table.columns)
        assert table.notes == ["the file is not UTF-8 and was read as Latin-1"]


def test_a_file_of_utf_16_is_read_as_such(tmp_path: Path) -> None:
    """Spreadsheets write tables so; their separator is a tab."""
    table = read(tmp_path, "a.csv", "größe\tb\n1\tfür\n".encode("utf-16"))
    assert values(table, "größe") == [1]
    assert values(table, "b") == ["für"]
    assert not table.notes


def test_rows_of_another_length_in_a_file_that_is_not_utf_8_are_left_out(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Silently but for the notes: nothing is said on standard error."""
    table = read(tmp_path, "a.csv", "a,b\n1,x\nfür\n2,y\n".encode("latin-1"))
    assert values(table, "a") == [1, 2]
    assert len(table.notes) == 2
    assert not capfd.readouterr().err


def test_parquet_is_known_by_its_first_bytes(tmp_path: Path) -> None:
    """Whatever the file is called; other bytes that are no text are one line."""
    parquet.write_table(pa.table({"a": [1]}), tmp_path / "a.csv")
    assert values(TableFile(tmp_path / "a.csv"), "a") == [1]
    with pytest.raises(WrongUse, match=r"b.csv: this is no text; name a file of CSV"):
        read(tmp_path, "b.csv", bytes(range(256)))


def test_names_are_stripped_and_a_second_one_is_numbered(tmp_path: Path) -> None:
    """Nothing is lost, and nothing is taken for something else."""
    table = read(tmp_path, "a.csv", " x ,x,y\n1,2,3\n")
    assert list(table.columns) == ["x", "x (2)", "y"]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators_are_told_by_the_header(tmp_path: Path, separator: str) -> None:
    """A byte order mark and Windows' line ends do no harm; rows of another length are left out, with a note."""
    rows = [["x", "y"], ["1", "2"], ["1", "2", "3"]]
    text = "\ufeff" + "".join(separator.join(row) + "\r\n" for row in rows)
    table = read(tmp_path, "a.csv", text)
    assert values(table, "x") == [1]
    assert table.notes == ["1 rows have another number of fields than the header and were left out"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"PK\x03\x04\x14\x00", "this is a spreadsheet or a zip"),
        (b"at,y\nJan 5, 2026,1\nJan 6, 2026,0\n", "all 2 rows have another number of fields than the header"),
    ],
)
def test_what_is_no_table_is_said_what_it_is(tmp_path: Path, content: bytes, told: str) -> None:
    """In words that say what to do."""
    file = tmp_path / "table.csv"
    file.write_bytes(content)
    with pytest.raises(WrongUse, match=told):
        TableFile(file)


def test_a_file_without_a_header_is_suspected(tmp_path: Path) -> None:
    """Where all its columns' names are numbers."""
    file = tmp_path / "table.csv"
    file.write_text("0.5,1\n0.7,0\n", encoding="utf-8")
    with pytest.raises(WrongUse, match="is its first line no header"):
        TableFile(file).require("y", "--label")
