"""A table with a label, in the order of time: what ``assess response`` is given."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.errors import WrongUse
from agents.tables.columns import Features, features, label, times
from agents.tables.files import TableFile
from streams.assess.response import known_before

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

REFITS = 10
MOST_DAYS = 60
DAY = 86_400.0


class Choice(NamedTuple):
    """Which columns are what; ``only`` or ``ignore`` name features, ``delay`` (s) is when a label is known."""

    label: str
    positive: str | None = None
    time: str | None = None
    only: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    delay: float = 0.0


class Labelled(NamedTuple):
    """Rows in the order of time: features, ``labels`` (n, 0 or 1), ``ready`` (n): labels known before each row.

    ``refits`` are the rows at which batch models are fitted anew.
    """

    features: Features
    labels: Floats
    ready: Ints
    refits: list[int]


def read_labelled(path: Path, choice: Choice) -> Labelled:
    """Read a table; rows without a label or a time are left out, and a note says how many.

    Raises:
        WrongUse: the file, a column or a value is not as the choice says; the message names it.

    """
    file = TableFile(path)
    labels = label(choice.label, file.require(choice.label, "--label"), choice.positive)
    moments = (
        times(choice.time, file.require(choice.time, "--time")) if choice.time else np.arange(file.rows, dtype=float)
    )
    if choice.delay and not choice.time:
        raise WrongUse("--delay needs --time: without times nobody knows when a label came; name the time column")
    kept = np.flatnonzero(~np.isnan(labels) & ~np.isnan(moments))
    if not len(kept):
        raise WrongUse(f"{path}: no row has both a label and a time; check --label and --time")
    order = kept[np.argsort(moments[kept], kind="stable")]
    found = features(_wanted(file, choice), named=bool(choice.only))
    found = found._replace(
        numbers=found.numbers[order] if found.number_names else np.zeros((len(order), 0)),
        levels=found.levels[order] if found.level_names else np.zeros((len(order), 0), np.int64),
        notes=[*_left_out(file, len(kept)), *found.notes],
    )
    moments = moments[order]
    ready = known_before(moments, choice.delay) if choice.time else np.arange(len(order), dtype=np.int64)
    return Labelled(found, labels[order], ready, _refits(moments, timed=choice.time is not None))


def _wanted(file: TableFile, choice: Choice) -> dict[str, object]:
    for name in (*choice.only, *choice.ignore):
        file.require(name, "--features" if name in choice.only else "--ignore")
    apart = {choice.label, choice.time, *choice.ignore}
    return {name: file.columns[name] for name in (choice.only or file.columns) if name not in apart}


def _left_out(file: TableFile, kept: int) -> list[str]:
    notes = (
        [f"{file.broken} rows have another number of fields than the header and were left out"] if file.broken else []
    )
    without = file.rows - kept
    return notes + ([f"{without} rows without a label or a time were left out"] if without else [])


def _refits(moments: Floats, *, timed: bool) -> list[int]:
    """Daily where a table of times spans three to sixty days, else ten times at equal numbers of rows."""
    count = len(moments)
    days = (moments[-1] - moments[0]) / DAY if timed else 0.0
    if 3.0 <= days <= MOST_DAYS:  # noqa: PLR2004 - as the docstring says
        starts = np.searchsorted(moments, np.arange(np.ceil(moments[0] / DAY), moments[-1] / DAY) * DAY)
        return sorted({int(start) for start in starts if 0 < start < count})
    return sorted({count * k // REFITS for k in range(1, REFITS)} - {0})
