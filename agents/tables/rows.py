"""A table's rows in the order of time, with features beside the columns that a question is about."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from agents.errors import WrongUse
from agents.tables.columns import Features, features, times
from agents.tables.files import TableFile
from streams.arrays import Floats


class Selection(NamedTuple):
    """Which columns are what: ``only`` or ``ignore`` name features; without ``time`` rows are in the file's order."""

    time: str | None = None
    only: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


class Rows(NamedTuple):
    """``values`` (each n) are the columns asked for, ``moments`` (n) rising seconds or, without times, row numbers."""

    features: Features
    values: dict[str, Floats]
    moments: Floats


def rows(file: TableFile, selection: Selection, values: Mapping[str, Floats]) -> Rows:
    """The rows that have a time and every one of ``values`` (by column name, NaN where missing), none of it a feature.

    Raises:
        WrongUse: a column or a value is not as the selection says, or no row is left; the message names it.

    """
    time = selection.time
    moments = times(time, file.require(time, "--time")) if time else np.arange(file.rows, dtype=np.float64)
    kept = np.flatnonzero(~np.isnan(np.stack([moments, *values.values()])).any(axis=0))
    needed = [*values, *([time] if time else [])]
    if not len(kept):
        raise WrongUse(f"{file.path}: no row has all of {', '.join(needed)}; check that these are the right columns")
    order = kept[np.argsort(moments[kept], kind="stable")]
    found = features(_wanted(file, selection, needed), named=bool(selection.only))
    found = found._replace(
        numbers=found.numbers[order] if found.number_names else np.zeros((len(order), 0)),
        levels=found.levels[order] if found.level_names else np.zeros((len(order), 0), np.int64),
        notes=[*_left_out(file, len(kept), needed), *found.notes, *_nothing(found)],
    )
    return Rows(found, {name: column[order] for name, column in values.items()}, moments[order])


def _wanted(file: TableFile, selection: Selection, apart: list[str]) -> dict[str, object]:
    for name in (*selection.only, *selection.ignore):
        file.require(name, "--features" if name in selection.only else "--ignore")
    asked = selection.only or tuple(file.columns)
    taken = next((name for name in selection.only if name in apart), None)
    if taken is not None:
        raise WrongUse(f"--features {taken}: this column is asked about, or is the time; leave it out of --features")
    return {name: file.columns[name] for name in asked if name not in {*apart, *selection.ignore}}


def _nothing(found: Features) -> list[str]:
    none = not found.number_names and not found.level_names
    return ["no column is left to learn from: nobody can know more than the constant"] if none else []


def _left_out(file: TableFile, kept: int, needed: list[str]) -> list[str]:
    without = file.rows - kept
    return [*file.notes, *([f"{without} rows without {' or '.join(needed)} were left out"] if without else [])]
