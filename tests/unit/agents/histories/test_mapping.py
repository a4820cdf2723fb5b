from pathlib import Path

import pytest

from agents.errors import USAGE, WrongUse
from agents.histories.mapping import read_mapping

GOOD = """
format = "csv"
[columns]
user_id = "user"
occurred_at = { column = "at", format = "seconds" }
type = { column = "what", values = { pv = "view" } }
price = { column = "price", currency = "USD" }
[defaults]
consent = ["push"]
"""


def written(tmp_path: Path, text: str) -> str:
    """A mapping file's path."""
    path = tmp_path / "mapping.toml"
    path.write_text(text)
    return str(path)


def test_a_mapping_says_what_is_where(tmp_path: Path) -> None:
    """Fields in their long and short forms, with defaults for what is left out."""
    mapping = read_mapping(written(tmp_path, GOOD))
    assert mapping.fields() == {"occurred_at": "at", "type": "what", "user_id": "user", "price": "price"}
    assert mapping.columns.time.format == "seconds"
    assert mapping.columns.price is not None
    assert mapping.columns.price.unit == "major"
    assert mapping.defaults.consent == ("push",)
    assert mapping.has_header


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('format = "csv"', 'format = "xls"', 'format: "xls" is not known; there is csv, jsonl, parquet'),
        ('format = "csv"', "format = ", "not TOML: Invalid value"),
        ("user_id", "usr_id", 'columns.usr_id: unknown; did you mean "user_id"?'),
        ("[defaults]", "[default]", 'default: unknown; did you mean "defaults"?'),
        ('format = "seconds"', 'fromat = "seconds"', 'columns.occurred_at.fromat: unknown; did you mean "format"?'),
        ('pv = "view"', 'pv = "viewed"', 'columns.type.values: "viewed" is not known; did you mean "view"?'),
        ('currency = "USD"', 'currency = "USS"', 'columns.price.currency: "USS" is no ISO 4217 currency'),
        (', currency = "USD"', "", "columns.price.currency is missing"),
        ('user_id = "user"', "", "columns.user_id is missing"),
        ('type = { column = "what", values = { pv = "view" } }', "", "columns.type is missing"),
        ('["push"]', '["fax"]', 'defaults.consent[0]: "fax" is not known; there is push, sms, email'),
        ('"user"', "1.5", "columns.user_id"),
        ('format = "csv"', 'format = "csv"\ndelimiter = ";;"', 'delimiter: ";;" is not one character'),
        ('format = "csv"', 'format = "jsonl"\n', ""),
    ],
)
def test_a_wrong_mapping_gets_one_line_that_says_what_would_fit(tmp_path: Path, old: str, new: str, said: str) -> None:
    """Exit code 2, the file, the key and the remedy."""
    path = written(tmp_path, GOOD.replace(old, new))
    if not said:
        read_mapping(path)
        return
    with pytest.raises(WrongUse) as failure:
        read_mapping(path)
    line = str(failure.value)
    assert failure.value.exit_code == USAGE
    assert said in line
    assert path in line
    assert "\n" not in line


def test_numbered_columns_need_csv(tmp_path: Path) -> None:
    """Other formats name their columns."""
    text = GOOD.replace('"user"', "1").replace('"csv"', '"parquet"')
    with pytest.raises(WrongUse, match="numbered in csv only"):
        read_mapping(written(tmp_path, text))


def test_a_mapping_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    """No traceback for a typing mistake."""
    with pytest.raises(WrongUse, match="no such file"):
        read_mapping(str(tmp_path / "nothing.toml"))
