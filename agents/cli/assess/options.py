"""Options that the commands of ``assess`` share, and what they do with results."""

import re
from collections.abc import Callable
from math import isfinite
from pathlib import Path
from typing import Any

import click
import msgspec

from agents.errors import WrongUse

UNITS = {"s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}


class Duration(click.ParamType):
    """A number with a unit: 30m, 24h, 7d; in seconds."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Seconds."""
        if isinstance(value, float):
            return value
        found = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", str(value))
        if not found:
            self.fail(f"{value!r} is no duration; write 30m, 24h or 7d", param, ctx)
        return float(found[1]) * UNITS[found[2]]


class Finite(click.ParamType):
    """A number that is neither infinite nor none."""

    name = "float"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number."""
        found = click.FLOAT.convert(value, param, ctx)
        if not isfinite(found):
            self.fail(f"{value!r} is no number to reckon with; write 12 or 0.5", param, ctx)
        return float(found)


def _names(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[str, ...]:
    del ctx, param
    return tuple(name.strip() for name in value.split(",") if name.strip()) if value else ()


def _writable(ctx: click.Context, param: click.Parameter, value: Path | None) -> Path | None:
    del ctx, param
    if value is not None and not value.absolute().parent.is_dir():
        raise WrongUse(f"--json {value}: there is no such directory; make it first")
    return value


Decorated = Callable[[Callable[..., Any]], Callable[..., Any]]

file_argument: Decorated = click.argument("file", type=click.Path(path_type=Path))
time_option: Decorated = click.option(
    "--time", help="Column of moments (ISO 8601, or s or ms since 1970) [default: the file's order]."
)
features_option: Decorated = click.option(
    "--features", callback=_names, help="Comma-separated columns to learn from [default: all others]."
)
ignore_option: Decorated = click.option("--ignore", callback=_names, help="Comma-separated columns to leave out.")
delay_option: Decorated = click.option(
    "--delay", type=Duration(), default=0.0, help="When a label is known: 30m, 24h, 7d after its row."
)
top_features_option: Decorated = click.option(
    "--top-features",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    help="How many columns to show by what they tell alone; --json has all.",
)
json_option: Decorated = click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=_writable,
    help="Write every figure there.",
)


def write_json(file: Path | None, found: msgspec.Struct) -> None:
    """All figures under their names, if a file was asked for."""
    if file is not None:
        file.write_bytes(msgspec.json.format(msgspec.json.encode(found)) + b"\n")
