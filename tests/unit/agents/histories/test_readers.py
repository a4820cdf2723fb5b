import gzip
import json
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.errors import WrongUse
from agents.histories.comma_separated import read_csv
from agents.histories.files import content, digest
from agents.histories.history import History, read_history
from agents.histories.mapping import Mapping

COLUMNS: dict[str, Any] = {"user_id": "user", "occurred_at": "at", "type": "what", "item_id": "item"}
CSV = b"user,at,what,item\nu1,1569888002000,view,i1\nu2,1569888001000,purchase,i2\n"


def mapping(form: str = "csv", **more: Any) -> Mapping:
    """A mapping of four columns."""
    return msgspec.convert({"format": form, "columns": COLUMNS} | more, Mapping)


def history(tmp_path: Path, data: bytes, told: Mapping) -> History:
    """The history in a file of these bytes."""
    path = tmp_path / "history"
    path.write_bytes(data)
    return read_history(str(path), told)


def rows(found: History) -> list[int]:
    """The rows in time order."""
    return [event.row for event in found.events]


def test_rows_come_in_time_order(tmp_path: Path) -> None:
    """Whatever the order of the file; keys are user ids; topics follow the type."""
    found = history(tmp_path, CSV, mapping())
    assert [(event.row, event.key, event.topic) for event in found.events] == [
        (2, b"u2", "purchases"),
        (1, b"u1", "browses"),
    ]


def test_packed_and_plain_give_the_same_events(tmp_path: Path) -> None:
    """Gz is recognised by its bytes, not by the name; only the digest, which names the file, differs."""
    packed = history(tmp_path, gzip.compress(CSV), mapping())
    plain = history(tmp_path, CSV, mapping())
    assert rows(packed) == rows(plain)
    assert packed.digest != plain.digest


def test_a_cut_off_gz_is_told_so(tmp_path: Path) -> None:
    """A download that stopped is no history."""
    with pytest.raises(WrongUse, match="cut off or damaged"):
        history(tmp_path, gzip.compress(CSV * 50)[:60], mapping())


@pytest.mark.parametrize(
    "told",
    [
        mapping(names=["user", "at", "what", "item"]),
        mapping(columns={"user_id": 1, "occurred_at": 2, "type": 3, "item_id": 4}),
    ],
)
def test_a_csv_without_header_is_read_by_names_or_numbers(tmp_path: Path, told: Mapping) -> None:
    """Its first row is a row."""
    assert rows(history(tmp_path, CSV.partition(b"\n")[2], told)) == [2, 1]


def test_quoted_line_breaks_belong_to_their_row(tmp_path: Path) -> None:
    """And row numbers count rows, not lines."""
    data = b'user,at,what,item\n"u\n1",1569888002000,view,i\n\nu2,1569888003000,view,i\nu3,1\n'
    found = history(tmp_path, data, mapping())
    assert [event.key for event in found.events] == [b"u\n1", b"u2"]
    assert [(row.row, row.raw) for row in found.unreadable] == [(3, b"u3,1")]


def test_rows_that_cannot_be_read_keep_their_bytes(tmp_path: Path) -> None:
    """Cut off, too long, not UTF-8, a time that is none: each with its number and why."""
    bad = [b"u,1569888002000,view", b"u,1,view,i,extra", b"\xff,1569888002000,view,i", b"u,never,view,i"]
    good = b"u,1569888002000,view,i"
    found = history(tmp_path, b"user,at,what,item\n" + b"\n".join([good, *bad, good, good]), mapping())
    assert [row.raw for row in found.unreadable] == bad
    assert [row.row for row in found.unreadable] == [2, 3, 4, 5]
    assert [row.column for row in found.unreadable] == ["", "", "", "at"]
    assert "cut off?" in found.unreadable[0].message
    letters = list(found.dead_letters(at=7))
    assert [letter.reason for letter in letters] == ["unreadable_row"] * 4
    assert [letter.value for letter in letters] == bad
    assert letters[3].message.startswith('row 5: column "at" is "never"')
    assert len({letter.origin for letter in letters}) == 4


def test_short_rows_may_be_kept(tmp_path: Path) -> None:
    """As far as user, time and type are there; the mapping says so."""
    data = CSV + b"u3,1569888003000,view\nu4,15698880\nu5\n"
    found = history(tmp_path, data, mapping(short_rows="keep"))
    assert sorted(rows(found)) == [1, 2, 3]
    assert [row.row for row in found.unreadable] == [4, 5]


def test_a_column_that_is_not_there_is_named_with_what_is(tmp_path: Path) -> None:
    """In every format, before any row is used."""
    renamed = CSV.replace(b"user", b"usr")
    with pytest.raises(WrongUse, match='column "user", which is not there; did you mean "usr"'):
        history(tmp_path, renamed, mapping())
    with pytest.raises(WrongUse, match='column "user", which none of the first'):
        history(tmp_path, b'{"usr":"u","at":1569888002000,"what":"view","item":1}\n', mapping("jsonl"))
    numbered = mapping(columns={"user_id": 9, "occurred_at": 2, "type": 3})
    with pytest.raises(WrongUse, match="names column 9; the rows have columns 1 to 4"):
        history(tmp_path, CSV, numbered)


def test_json_lines_reach_into_objects(tmp_path: Path) -> None:
    """``who.id`` is field id of who; numbers become texts; a broken line is a dead letter."""
    told = mapping("jsonl", columns=COLUMNS | {"user_id": "who.id"})
    lines = [
        json.dumps({"who": {"id": 7}, "at": 1_569_888_002_000, "what": "view", "item": 3}).encode(),
        b'{"who": {"id": 8}, "at"',
        b"[1]",
        b'{"who": 5, "at": 1569888003000, "what": "view"}',
    ]
    found = history(tmp_path, b"\n".join(lines), told)
    assert [event.key for event in found.events] == [b"7", b""]
    assert [row.raw for row in found.unreadable] == lines[1:3]


def test_parquet_is_read_with_its_own_types(tmp_path: Path) -> None:
    """Timestamps, numbers and gaps; skipped where the extra analysis is not installed."""
    pyarrow = pytest.importorskip("pyarrow", reason="needs the extra analysis (pip install 'promostream[analysis]')")
    parquet = pytest.importorskip("pyarrow.parquet")
    table = pyarrow.table(
        {
            "user": [1, 2, None],
            "at": pyarrow.array([1_569_888_002_000, 1_569_888_001_000, None], pyarrow.timestamp("ms")),
            "what": ["view", "purchase", "view"],
            "item": [None, 2.0, 3.0],
        }
    )
    parquet.write_table(table, tmp_path / "p")
    found = read_history(str(tmp_path / "p"), mapping("parquet"))
    assert [(event.row, event.key) for event in found.events] == [(2, b"2"), (1, b"1")]
    assert b'"item_id":"2"' in found.events[0].value
    assert json.loads(found.unreadable[0].raw) == {"user": None, "at": None, "what": "view", "item": 3.0}
    with pytest.raises(WrongUse, match="not a Parquet file"):
        history(tmp_path, CSV, mapping("parquet"))


def test_without_the_extra_parquet_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, no traceback."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(WrongUse, match="pip install 'promostream"):
        history(tmp_path, b"PAR1", mapping("parquet"))


def test_the_digest_is_that_of_the_bytes(tmp_path: Path) -> None:
    """The same file gives the same made-up ids, another file others."""
    for name, data in (("a", CSV), ("b", CSV), ("c", CSV + b"\n")):
        (tmp_path / name).write_bytes(data)
    digests = [digest(str(tmp_path / name)) for name in "abc"]
    assert digests[0] == digests[1] != digests[2]


@given(data=st.binary(max_size=200))
def test_any_bytes_of_a_csv_are_rows_or_unreadable(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Reading never raises, and the bytes of a row are in the file."""
    path = tmp_path_factory.mktemp("csv") / "any"
    path.write_bytes(b"user,at,what,item\n" + data)
    with content(str(path)) as file:
        found = list(read_csv(file, mapping(), ["user", "at"]))
    assert [row.number for row in found] == list(range(1, len(found) + 1))
    assert all(row.raw in data for row in found)
    assert all(len(row.values) == 2 or row.problem for row in found)
