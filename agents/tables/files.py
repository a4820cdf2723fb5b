"""A table's columns from a file; beside ``agents.histories.parquet`` the only place that knows pyarrow."""

from pathlib import Path
from typing import IO, Any

from agents.errors import WrongUse
from agents.histories.files import content

SUFFIXES = {".parquet": "parquet", ".pq": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl"}


class TableFile:
    """A file's columns by name as pyarrow arrays; ``broken`` counts the rows with too few or too many fields."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.broken = 0
        table = self._read()
        self.rows: int = table.num_rows
        self.columns: dict[str, Any] = {name: table.column(name).combine_chunks() for name in table.column_names}
        if not self.rows:
            raise WrongUse(f"{path}: no row in it; name a table with a header and at least one row")

    def require(self, name: str, option: str) -> Any:
        """A column.

        Raises:
            WrongUse: there is none of that name; with the names that there are.

        """
        if name not in self.columns:
            raise WrongUse(f"{option} {name}: {self.path} has no such column, but {', '.join(self.columns)}")
        return self.columns[name]

    def _read(self) -> Any:
        try:
            import pyarrow as pa  # noqa: PLC0415 - only where a table is read
        except ImportError as error:
            raise WrongUse("tables need the extra analysis: pip install 'promostream[analysis]'") from error
        with content(str(self.path)) as file:
            try:
                return self._parsed(file)
            except pa.ArrowInvalid as error:
                told = str(error).splitlines()[0]
                raise WrongUse(f"{self.path}: {told}; it should be CSV with a header, JSON lines or Parquet") from error

    def _parsed(self, file: IO[bytes]) -> Any:
        from pyarrow import csv, json, parquet  # noqa: PLC0415 - as above

        suffixes = [suffix for suffix in self.path.suffixes if suffix != ".gz"]
        kind = SUFFIXES.get(suffixes[-1] if suffixes else "", "csv")
        if kind == "parquet":
            return parquet.read_table(file)
        if kind == "jsonl":
            return json.read_json(file)
        head = file.read(65_536)
        file.seek(0)
        parse = csv.ParseOptions(delimiter=_delimiter(head), invalid_row_handler=self._skip)
        convert = csv.ConvertOptions(
            strings_can_be_null=True, null_values=["", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "?"]
        )
        return csv.read_csv(file, parse_options=parse, convert_options=convert)

    def _skip(self, row: Any) -> str:
        del row
        self.broken += 1
        return "skip"


def _delimiter(head: bytes) -> str:
    """The sign that stands most often in the header: comma, semicolon, tab or bar."""
    header = head.splitlines()[0] if head else b""
    return max(",;\t|", key=lambda sign: header.count(sign.encode()))
