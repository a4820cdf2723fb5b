"""A mapping file: which column of a history is which field of an event."""

import tomllib
from pathlib import Path
from typing import Literal, get_args

import msgspec

from agents.errors import WrongUse
from agents.wording import closest, explained, reason
from schemas.events import EventType
from schemas.privacy import Channel
from streams.money import DECIMALS

Format = Literal["csv", "jsonl", "parquet"]
Unit = Literal["major", "minor"]
ShortRows = Literal["refuse", "keep"]

Column = str | int
"""A column by name (in JSON lines ``a.b`` reaches into objects), or by number, the first being 1."""


class TimeColumn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``format``: ``seconds``, ``milliseconds``, or a pattern such as ``%Y-%m-%d %H:%M:%S`` (UTC if it has no zone)."""

    column: Column
    format: str = "milliseconds"


class TypeColumn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``values``: what the column says → event type; empty where it says event types already."""

    column: Column
    values: dict[str, EventType] = {}


class PriceColumn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``unit``: ``major`` (19.90) or ``minor`` (1990)."""

    column: Column
    currency: str
    unit: Unit = "major"


class Columns(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Field of the event → column of the history."""

    occurred_at: Column | TimeColumn
    type: Column | TypeColumn | None = None
    user_id: Column | None = None
    anonymous_id: Column | None = None
    event_id: Column | None = None
    session_id: Column | None = None
    item_id: Column | None = None
    category: Column | None = None
    brand: Column | None = None
    quantity: Column | None = None
    price: PriceColumn | None = None
    device_id: Column | None = None
    address_hash: Column | None = None
    payment_hash: Column | None = None
    referred_by: Column | None = None
    order_id: Column | None = None
    coupon_code: Column | None = None
    source: Column | None = None

    @property
    def time(self) -> TimeColumn:
        """The time column in its long form."""
        return self.occurred_at if isinstance(self.occurred_at, TimeColumn) else TimeColumn(column=self.occurred_at)

    @property
    def kind(self) -> TypeColumn | None:
        """The type column in its long form; None where ``defaults.type`` holds for all rows."""
        return TypeColumn(column=self.type) if isinstance(self.type, str | int) else self.type


class Defaults(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What holds for every row; ``consent`` lists the channels that every customer is taken to allow."""

    source: str = "history"
    type: EventType | None = None
    consent: tuple[Channel, ...] = ()


class Mapping(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A checked mapping file.

    ``names`` are the columns of a CSV file that has no header. ``short_rows``: ``refuse`` takes a row with too few
    cells for one that was cut off; ``keep`` takes it as long as its user, time and type are there.
    """

    format: Format
    columns: Columns
    defaults: Defaults = Defaults()
    names: tuple[str, ...] = ()
    header: bool | None = None
    delimiter: str = ","
    short_rows: ShortRows = "refuse"

    @property
    def has_header(self) -> bool:
        """Whether a CSV file's first row names its columns: yes, unless said otherwise or columns are numbered."""
        if self.header is not None:
            return self.header
        return not self.names and not any(isinstance(column, int) for column in self.fields().values())

    def fields(self) -> dict[str, Column]:
        """Field → column of every mapped field."""
        mapped = msgspec.structs.asdict(self.columns)
        return {field: getattr(column, "column", column) for field, column in mapped.items() if column is not None}


def read_mapping(path: str) -> Mapping:
    """The mapping in a TOML file.

    Raises:
        WrongUse: the file is not there or wrong; the line says where, what was found and what would fit.

    """
    try:
        mapping = msgspec.convert(tomllib.loads(Path(path).read_text(encoding="utf-8")), Mapping)
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUse(f"mapping {path}: {reason(error)}; deploy/examples/mappings has some to start from") from error
    except tomllib.TOMLDecodeError as error:
        raise WrongUse(f"mapping {path}: not TOML: {error}; check quotes and brackets there") from error
    except msgspec.ValidationError as error:
        raise WrongUse(f"mapping {path}: {explained(str(error), _SHAPES, _CHOICES)}") from error
    problem = _problem(mapping)
    if problem:
        raise WrongUse(f"mapping {path}: {problem}")
    return mapping


def _problem(mapping: Mapping) -> str:
    columns = mapping.columns
    if columns.user_id is None and columns.anonymous_id is None:
        return 'columns.user_id is missing; name the column of the customer, such as user_id = "user"'
    if columns.type is None and mapping.defaults.type is None:
        return 'columns.type is missing; name the column, or say defaults.type = "purchase" for all rows'
    if columns.price is not None and columns.price.currency not in DECIMALS:
        found = columns.price.currency
        return f'columns.price.currency: "{found}" is no ISO 4217 currency; {closest(found.upper(), sorted(DECIMALS))}'
    if len(mapping.delimiter) != 1:
        return f'delimiter: "{mapping.delimiter}" is not one character'
    if mapping.format != "csv" and any(isinstance(column, int) for column in mapping.fields().values()):
        return f"columns are numbered in csv only; name the columns of this {mapping.format} file"
    return ""


_SHAPES: dict[str, tuple[str, ...]] = {
    "": Mapping.__struct_fields__,
    "columns": Columns.__struct_fields__,
    "defaults": Defaults.__struct_fields__,
    "columns.occurred_at": TimeColumn.__struct_fields__,
    "columns.type": TypeColumn.__struct_fields__,
    "columns.price": PriceColumn.__struct_fields__,
}
_CHOICES: dict[str, tuple[str, ...]] = {
    "format": get_args(Format),
    "short_rows": get_args(ShortRows),
    "columns.type.values": get_args(EventType),
    "columns.price.unit": get_args(Unit),
    "defaults.type": get_args(EventType),
    "defaults.consent": get_args(Channel),
}
