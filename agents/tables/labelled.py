"""A table with a label, in the order of time: what ``assess response`` is given."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from agents.errors import WrongUse
from agents.tables.columns import Features, label
from agents.tables.files import TableFile
from agents.tables.rows import Selection, rows
from streams.arrays import Floats, Ints
from streams.assess.response import known_before

REFITS = 10
MOST_DAYS = 60
MOST_FITTED = 5_000_000
"""Rows in all fits together up to which boosting is refitted daily; a million take about a minute."""
DAY = 86_400.0
FEW = 3


class Choice(NamedTuple):
    """The label's column and its positive value; ``delay`` (s) is when a label is known."""

    label: str
    positive: str | None = None
    selection: Selection = Selection()
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
    found = rows(file, choice.selection, {choice.label: labels})
    timed = choice.selection.time is not None
    ready = known(found.moments, choice.delay, timed=timed)
    own = found.features._replace(notes=[*found.features.notes, *late(ready, choice.delay)])
    return Labelled(own, found.values[choice.label], ready, refits(found.moments, timed=timed))


def known(moments: Floats, delay: float, *, timed: bool) -> Ints:
    """For each row how many labels are known before it.

    Raises:
        WrongUse: a delay without times.

    """
    if delay and not timed:
        raise WrongUse("--delay needs --time: without times nobody knows when a label came; name the time column")
    return known_before(moments, delay) if timed else np.arange(len(moments), dtype=np.int64)


def late(ready: Ints, delay: float) -> list[str]:
    """A note where most labels come too late for anybody to learn from them; ``delay`` is in seconds."""
    known_then, count = int(ready[-1]), len(ready)
    if 2 * known_then >= count or count < FEW:
        return []
    told = "--delay is long for this table" if delay else "many rows are of one moment, and none knows another's label"
    return [f"{told}: before the last row only {known_then:,} of {count:,} labels are known"]


def refits(moments: Floats, *, timed: bool) -> list[int]:
    """Daily where times span three to sixty days and that is not too much to fit, else ten times, evenly by rows."""
    count = len(moments)
    days = (moments[-1] - moments[0]) / DAY if timed else 0.0
    if 3.0 <= days <= MOST_DAYS and count * days / 2.0 <= MOST_FITTED:  # noqa: PLR2004 - as the docstring says
        starts = np.searchsorted(moments, np.arange(np.ceil(moments[0] / DAY), moments[-1] / DAY) * DAY)
        return sorted({int(start) for start in starts if 0 < start < count})
    return sorted({count * k // REFITS for k in range(1, REFITS)} - {0})
