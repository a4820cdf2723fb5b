from io import StringIO

import pytest
from msgspec import structs
from rich.console import Console

from agents.cli.forecast import Outlook, outlook_of, told
from agents.errors import REFUSED, Refused, WrongUse
from agents.newest_models import newest_snapshots
from schemas.codec import encode_msgpack
from schemas.hourly import HOUR
from streams.demand.served import NAME
from tests.making.forecasts import forecast_of

FIRST = 497_000
MADE = forecast_of({"shoes": [48.0 + hour for hour in range(168)], "hats": [4.0] * 168}, {}, {}, first=FIRST, version=9)


def outlook() -> Outlook:
    """Of the newest version among messages of ``models``."""
    older = structs.replace(MADE, version=8)
    messages = [(m.key.encode(), encode_msgpack(m)) for m in (MADE, older)]
    return outlook_of(newest_snapshots([*messages, (b"forecast@10", None)], (NAME,))[NAME])


def printed(name: str) -> list[str]:
    """The tables as a person reads them."""
    console = Console(width=120, file=StringIO())
    console.print(*told(outlook(), name), sep="\n")
    assert isinstance(console.file, StringIO)
    return [" ".join(line.split()) for line in console.file.getvalue().splitlines()]


def test_the_next_day_stands_beside_last_week() -> None:
    """By series, with what such forecasts were off; then hour by hour, in UTC, with an interval."""
    lines = printed("pieces:shoes")
    assert lines[1] == "pieces:shoes 48 59.5 1.5 (2) 1.5 (2) 15 (20)"
    assert lines[2] == "pieces:hats 4 4 1.5 (2) 1.5 (2) 15 (20)"
    hours = lines[lines.index("pieces:shoes expected 95 % between last week") + 1 :]
    assert hours[0] == "Sat 2026-09-12 08:00Z 2 2 and 2 2"
    assert len(hours) == 24


def test_all_figures_are_in_the_outlook() -> None:
    """Hours in ms, errors by how far ahead."""
    found = outlook()
    assert (found.version, found.trained_on, found.trained_until) == (9, 336, FIRST * HOUR)
    first = found.series[0]
    assert [(off.of, off.count) for off in first.errors] == [("1 h ahead", 200), ("24 h ahead", 200), ("day", 7)]
    assert [hour.at for hour in first.hours] == [(FIRST + ahead) * HOUR for ahead in range(24)]
    assert first.hours[3].expected == pytest.approx(51 / 24)


def test_an_unknown_series_is_told_with_those_there_are() -> None:
    """So that the next try is right."""
    with pytest.raises(WrongUse, match="there are pieces:shoes, pieces:hats"):
        told(outlook(), "socks")


def test_what_makes_no_forecast_is_refused() -> None:
    """Changed on the way, or by a program that knows more."""
    with pytest.raises(Refused, match="checksum"):
        newest_snapshots([(b"forecast@1", encode_msgpack(structs.replace(MADE, sha256="0" * 64)))], (NAME,))
    with pytest.raises(Refused, match="make no forecast") as refused:
        outlook_of(structs.replace(MADE, arrays={}))
    assert refused.value.exit_code == REFUSED
