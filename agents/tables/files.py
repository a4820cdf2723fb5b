"""A table's columns from a file; beside ``agents.histories.parquet`` the only place that knows pyarrow."""

from collections import Counter
from pathlib import Path
from typing import IO, Any

import msgspec

from agents.errors import WrongUse
from agents.histories.files import content
from agents.tables.encodings import LATIN_1, delimiter, encoding

SUFFIXES = {".parquet": "parquet", ".pq": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl"}
PARQUET = b"PAR1"
"""What a Parquet file begins with, whatever it is called."""
ZIPPED = b"PK\x03\x04"
"""What spreadsheets and zips begin with."""
NULLS = ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "?"]


class TableFile:
    """A file's columns by name as pyarrow arrays; ``notes`` says what was not as it should be.

    Fields of nested objects are columns named ``a.b``; names are without spaces around them, and the second column of
    a name is ``name (2)``.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notes: list[str] = []
        self._broken = 0
        table = self._read()
        if self._broken:
            told = f"{self._broken} rows have another number of fields than the header and were left out"
            self.notes.append(told)
        self.rows: int = table.num_rows
        self.columns: dict[str, Any] = dict(zip(_names(table.column_names), map(_whole, table.columns), strict=True))
        self._drop_lists()
        if not self.rows and self._broken:
            told = f"all {self._broken:,} rows have another number of fields than the header"
            raise WrongUse(f"{path}: {told}; put fields that hold the separator, such as Jan 5, 2026, into quotes")
        if not self.rows or not self.columns:
            raise WrongUse(f"{path}: no row in it; name a table with a header and at least one row")

    def require(self, name: str, option: str) -> Any:
        """A column.

        Raises:
            WrongUse: there is none of that name; with the names that there are.

        """
        if name not in self.columns:
            hint = "; is its first line no header?" if all(map(_is_number, self.columns)) else ""
            raise WrongUse(f"{option} {name}: {self.path} has no such column, but {', '.join(self.columns)}{hint}")
        return self.columns[name]

    def _read(self) -> Any:
        try:
            import pyarrow as pa  # noqa: PLC0415 - only where a table is read
        except ImportError as error:
            raise WrongUse("tables need the extra analysis: pip install 'promostream[analysis]'") from error
        suffixes = [suffix for suffix in self.path.suffixes if suffix != ".gz"]
        ways = {"parquet": self._parquet, "jsonl": self._json, "csv": self._csv}
        with content(str(self.path)) as file:
            if file.read(len(ZIPPED)) == ZIPPED:
                raise WrongUse(f"{self.path}: this is a spreadsheet or a zip; save it as CSV, or unpack it")
            file.seek(0)
            named = "parquet" if file.read(len(PARQUET)) == PARQUET else SUFFIXES.get(suffixes[-1] if suffixes else "")
            file.seek(0)
            try:
                return _flat(ways[named or "csv"](file))
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
                told = str(error).splitlines()[0].rstrip(".")
                raise WrongUse(f"{self.path}: {told}; it should be CSV with a header, JSON lines or Parquet") from error

    def _parquet(self, file: IO[bytes]) -> Any:
        from pyarrow import parquet  # noqa: PLC0415 - as above

        return parquet.read_table(file)

    def _json(self, file: IO[bytes]) -> Any:
        """JSON lines, or one array of objects; where a column's values are of several kinds they become text."""
        from pyarrow import ArrowInvalid, json  # noqa: PLC0415 - as above

        begins = file.read(64).lstrip()[:1]
        file.seek(0)
        if begins != b"[":
            try:
                return json.read_json(file)
            except ArrowInvalid:
                file.seek(0)
        return _of_objects(_objects(file, whole=begins == b"["))

    def _csv(self, file: IO[bytes]) -> Any:
        written = encoding(file, str(self.path))
        if written == LATIN_1:
            self.notes.append("the file is not UTF-8 and was read as Latin-1")
        return self._separated(file, delimiter(file, written), written)

    def _separated(self, file: IO[bytes], sign: str, written: str) -> Any:
        from pyarrow import csv  # noqa: PLC0415 - as above

        return csv.read_csv(
            file,
            read_options=csv.ReadOptions(encoding=written),
            parse_options=csv.ParseOptions(delimiter=sign, invalid_row_handler=self._skip, newlines_in_values=True),
            convert_options=csv.ConvertOptions(strings_can_be_null=True, null_values=NULLS),
        )

    def _skip(self, row: Any) -> str:
        del row
        self._broken += 1
        return "skip"

    def _drop_lists(self) -> None:
        from pyarrow import types  # noqa: PLC0415 - as above

        for name, column in list(self.columns.items()):
            if types.is_nested(column.type) or types.is_binary(column.type):
                self.notes.append(f"{name}: lists and bytes are left out")
                del self.columns[name]


def _names(given: list[str]) -> list[str]:
    seen: Counter[str] = Counter()
    names = []
    for name in map(str.strip, given):
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def _is_number(name: str) -> bool:
    return name.replace(".", "", 1).replace("-", "", 1).isdigit()


def _whole(column: Any) -> Any:
    return column.combine_chunks()


def _flat(table: Any) -> Any:
    from pyarrow import types  # noqa: PLC0415 - as above

    while any(types.is_struct(kind) for kind in table.schema.types):
        table = table.flatten()
    return table


def _objects(file: IO[bytes], *, whole: bool) -> list[dict[str, Any]]:
    """The objects of a file, one to a line or in one array.

    Raises:
        ArrowInvalid: one of them is none.

    """
    from pyarrow import ArrowInvalid  # noqa: PLC0415 - as above

    try:
        if whole:
            return msgspec.json.decode(file.read(), type=list[dict[str, Any]])
        decoder = msgspec.json.Decoder(dict[str, Any])
        return [decoder.decode(line) for line in file if line.strip()]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ArrowInvalid(str(error)) from error


def _of_objects(objects: list[dict[str, Any]]) -> Any:
    import pyarrow as pa  # noqa: PLC0415 - as above

    names = dict.fromkeys(name for one in objects for name in one)
    return pa.table({name: _array([one.get(name) for one in objects]) for name in names})


def _array(values: list[Any]) -> Any:
    import pyarrow as pa  # noqa: PLC0415 - as above

    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        return pa.array([None if value is None else str(value) for value in values])
