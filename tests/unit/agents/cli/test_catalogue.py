"""``promostream catalogue publish``: what it takes from a file, and what it says of what it does not take."""

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner, Result
from pyarrow import parquet

from agents.cli import promostream
from agents.errors import FOUND, USAGE, Failure
from agents.item_files import read_items
from streams.catalogue.item import OUT, UNCOUNTED, UNKNOWN, Item
from streams.profiles.user import mark
from tests.making.events import AT

CSV = """item_id,category,brand,price,cost,stock,pieces,colour
0042,shoes,Li-Ning,399.00,245.00,,12,red
43,shoes,,59,,out_of_stock,3,
44,,,,,in_stock,,blue
"""
EXPECTED = {
    mark("0042"): Item(AT, mark("shoes"), mark("Li-Ning"), 39_900, 24_500, 12),
    mark("43"): Item(AT, mark("shoes"), 0, 5_900, UNKNOWN, OUT),
    mark("44"): Item(AT, 0, 0, UNKNOWN, UNKNOWN, UNCOUNTED),
}
LINES = b"""{"item_id":"0042","category":"shoes","brand":"Li-Ning","price":{"value":39900,"currency":"CNY"},
"cost":{"value":24500,"currency":"CNY"},"pieces":12}""".replace(b"\n", b"")


def publish(*arguments: str) -> Result:
    """A dry run: nothing here has a broker."""
    return CliRunner().invoke(promostream, ["catalogue", "publish", *arguments, "--dry-run"])


def ended_with(result: Result) -> tuple[int, str]:
    """Exit code and the one line of a failure."""
    assert isinstance(result.exception, Failure), result.output
    assert "\n" not in str(result.exception)
    return result.exception.exit_code, str(result.exception)


def test_a_csv_file_is_items(tmp_path: Path) -> None:
    """Ids stay the texts that they are, amounts are in the currency that was said, what is empty is not known."""
    (tmp_path / "items.csv").write_text(CSV)
    told = read_items(tmp_path / "items.csv", "CNY", AT, AT)
    assert (told.items, told.problems, told.ignored) == (EXPECTED, [], ("colour",))


def test_json_lines_are_messages_of_the_topic(tmp_path: Path) -> None:
    """Packed or not; a row's own time is the item's."""
    place = tmp_path / "items.jsonl.gz"
    place.write_bytes(gzip.compress(LINES + b"\n" + LINES.replace(b'"pieces":12', b'"pieces":0,"occurred_at":%d' % AT)))
    told = read_items(place, "", AT - 5, AT)
    assert told.items == {mark("0042"): Item(AT, mark("shoes"), mark("Li-Ning"), 39_900, 24_500, OUT)}


def test_parquet_is_items(tmp_path: Path) -> None:
    """With the types that it has."""
    columns = {"item_id": ["0042", "43"], "price": [399.0, 59.0], "cost": [245.0, None], "pieces": [12, 0]}
    parquet.write_table(pa.table(columns), tmp_path / "items.parquet")
    told = read_items(tmp_path / "items.parquet", "CNY", AT, AT)
    assert told.items == {
        mark("0042"): Item(AT, price=39_900, cost=24_500, stock=12),
        mark("43"): Item(AT, price=5_900, stock=OUT),
    }


def test_the_newer_of_two_words_on_an_item_holds(tmp_path: Path) -> None:
    """Of two as new, the later one in the file."""
    (tmp_path / "items.csv").write_text(f"item_id,pieces,occurred_at\na,1,{AT}\na,2,{AT - 1}\nb,1,{AT}\nb,2,{AT}\n")
    told = read_items(tmp_path / "items.csv", "", AT, AT)
    assert {name: told.items[mark(name)].stock for name in "ab"} == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("i,twelve,,", "price: 'twelve' is no amount; an amount such as 19.90 would fit, or an empty cell"),
        ("i,-3,,", "price.value: -300 is not between 0"),
        ("i,1,2,lots", "pieces: 'lots' is none; a whole number such as 1 would fit"),
        (",1,,", "item_id is empty"),
        ("i,1,2,3,4", "more cells than the header has"),
    ],
)
def test_a_wrong_row_is_told_and_nothing_is_published(tmp_path: Path, row: str, problem: str) -> None:
    """With its number and what would fit; the others are counted."""
    (tmp_path / "items.csv").write_text(f"item_id,price,cost,pieces\n{row}\nj,1,1,1\n")
    result = publish(str(tmp_path / "items.csv"), "--currency", "CNY")
    assert ended_with(result)[0] == FOUND
    assert f"row 1: {problem}" in result.output
    assert publish(str(tmp_path / "items.csv"), "--currency", "CNY", "--leave-out").exit_code == 0


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("items.csv", "sku,price\na,1\n", 'there is no column "item_id"'),
        ("items.csv", "", "there is no item in it"),
        ("items.csv", "item_id\n\xff", "it should be CSV with a header, in UTF-8"),
        ("none.csv", None, "no such file or directory"),
    ],
)
def test_a_file_that_is_no_catalogue_is_one_line(tmp_path: Path, name: str, text: str | None, line: str) -> None:
    """With what it should be."""
    if text is not None:
        (tmp_path / name).write_bytes(text.encode("latin-1"))
    code, told = ended_with(publish(str(tmp_path / name)))
    assert (code, line in told) == (USAGE, True), told


def test_nobody_speaks_from_the_future(tmp_path: Path) -> None:
    """An hour ahead is a wrong clock; a month ahead would silence all that is told until then."""
    (tmp_path / "items.csv").write_text(
        f"item_id,pieces,occurred_at\na,1,{AT + 3_600_000}\nb,1,{AT + 30 * 86_400_000}\n"
    )
    told = read_items(tmp_path / "items.csv", "", AT, AT)
    assert told.items == {mark("a"): Item(AT, stock=1)}
    assert told.problems == [f"row 2: occurred_at: {AT + 30 * 86_400_000} is more than a day ahead of its arrival"]


def test_amounts_need_a_currency(tmp_path: Path) -> None:
    """Nothing is guessed."""
    (tmp_path / "items.csv").write_text(CSV)
    result = publish(str(tmp_path / "items.csv"))
    assert "row 1: price: 399.00 of which currency? say --currency CNY" in result.output


def test_what_a_file_holds_is_told_in_figures(tmp_path: Path) -> None:
    """In words and as JSON; as of when it was so."""
    (tmp_path / "items.csv").write_text(CSV)
    options = (str(tmp_path / "items.csv"), "--currency", "CNY", "--as-of", "2026-11-22T02:00:00")
    assert publish(*options).stdout == (
        "3 items as of 2026-11-22 02:00 UTC: 1 with a cost, 1 out of stock; 0 rows refused\nnothing was published\n"
    )
    figures = json.loads(publish(*options, "--json").stdout)
    expected = {"items": 3, "with_cost": 1, "out_of_stock": 1, "refused": 0, "as_of": 1_795_312_800_000, "version": 0}
    assert figures == expected
