"""``promostream forecast``: what is expected of the next day, beside the same hours of last week."""

from datetime import UTC, datetime
from typing import Any

import click
import msgspec
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from agents.errors import CheckFound, Refused, WrongUse
from agents.newest_models import model_messages, newest_snapshots
from agents.settings import read_settings
from schemas.hourly import HOUR
from schemas.models import ModelSnapshot
from streams.demand.days import DAY
from streams.demand.served import FIRST, NAME, arrays_of
from streams.folding import Refusal
from streams.forecast.intervals import HORIZONS

_PIPED = 120
"""Columns of a table that goes into a pipe."""


class Hour(msgspec.Struct, frozen=True):
    """An hour that begins at ``at`` (ms): what is expected, 95 % of what may come, the same hour last week."""

    at: int
    expected: float
    low: float
    high: float
    last_week: float


class Off(msgspec.Struct, frozen=True):
    """Mean absolute errors of ``count`` forecasts made before their values came, and of taking last week's."""

    of: str
    count: int
    forecast: float
    last_week: float


class Series(msgspec.Struct, frozen=True):
    """``day`` and ``day_last_week``: the sums of the next 24 hours; ``errors`` by how far ahead, and of whole days."""

    name: str
    day: float
    day_last_week: float
    errors: list[Off]
    hours: list[Hour]


class Outlook(msgspec.Struct, frozen=True):
    """A version of the forecast; ``trained_on`` hours of the shop until ``trained_until`` (ms)."""

    version: int
    trained_on: int
    trained_until: int
    series: list[Series]


@click.command("forecast")
@click.argument("name", default="events")
@click.option("--json", "as_json", is_flag=True, help="Print all series as JSON, hour by hour.")
def command(name: str, as_json: bool) -> None:
    """Tell what the next day is expected to bring, and how far such forecasts were off beside last week's.

    Reads the newest version on the topic `models`: all series by day, and the one called NAME hour by hour.
    Campaigns ask for demand in conditions; `promostream features demand` and `promostream features stock` list how.

    \b
    Examples:
      promostream forecast
      promostream forecast pieces:shoes.running
      promostream forecast --json
    """
    found = newest_snapshots(model_messages(read_settings()), (NAME,))
    if not found:
        raise CheckFound("nothing has been forecast yet; the first forecast comes with a week of hours")
    outlook = outlook_of(found[NAME])
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(outlook)))
        return
    tables = told(outlook, name)
    console = Console(width=None if Console().is_terminal else _PIPED)
    console.print(f"forecast, version {outlook.version}, learned from {outlook.trained_on:,} hours")
    console.print(*tables, sep="\n")


def outlook_of(snapshot: ModelSnapshot) -> Outlook:
    """What a snapshot says.

    Raises:
        Refused: its arrays make no forecast.

    """
    try:
        arrays = arrays_of(snapshot)
    except Refusal as refusal:
        raise Refused(str(refusal)) from refusal
    series = [_series(name, row, arrays) for row, name in enumerate(snapshot.features)]
    return Outlook(snapshot.version, snapshot.trained_on, snapshot.trained_until, series)


def told(outlook: Outlook, name: str) -> tuple[Table, Table]:
    """What a person reads: all series by day, and one of them hour by hour.

    Raises:
        WrongUse: there is no series of that name.

    """
    chosen = next((series for series in outlook.series if series.name == name), None)
    if chosen is None:
        raise WrongUse(f'no series is called "{name}"; there are {", ".join(one.name for one in outlook.series)}')
    return _days(outlook), _hours(chosen)


def _series(name: str, row: int, arrays: dict[str, NDArray[Any]]) -> Series:
    first = int(arrays[FIRST][0])
    columns = [arrays[column][row, :DAY].tolist() for column in ("values", "low", "high", "last_week")]
    hours = [Hour((first + ahead) * HOUR, *own) for ahead, own in enumerate(zip(*columns, strict=True))]
    counted = [*arrays["errors"][row].tolist(), arrays["day_errors"][row].tolist()]
    names = [*(f"{hours} h ahead" for hours in HORIZONS), "day"]
    errors = [Off(of, int(count), own, week) for of, (count, own, week) in zip(names, counted, strict=True)]
    return Series(name, float(arrays["days"][row, 0]), sum(columns[-1]), errors, hours)


def _days(outlook: Outlook) -> Table:
    table = Table("next 24 hours", "expected", "last week", box=None, pad_edge=False, title_justify="left")
    for off in outlook.series[0].errors:
        table.add_column(f"off, {off.of} (last week's)", justify="right")
    for series in outlook.series:
        table.add_row(series.name, _number(series.day), _number(series.day_last_week), *map(_off, series.errors))
    return table


def _hours(series: Series) -> Table:
    table = Table(series.name, "expected", "95 % between", "last week", box=None, pad_edge=False)
    for hour in series.hours:
        at = datetime.fromtimestamp(hour.at // 1000, UTC).strftime("%a %Y-%m-%d %H:%MZ")
        between = f"{_number(hour.low)} and {_number(hour.high)}"
        table.add_row(at, _number(hour.expected), between, _number(hour.last_week))
    return table


def _off(off: Off) -> str:
    return f"{_number(off.forecast)} ({_number(off.last_week)})" if off.count else "not known yet"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three digits
