"""A table with a label that is a number, in the order of time: what ``assess amount`` is given."""

from pathlib import Path
from typing import NamedTuple

from agents.tables.columns import Features, amounts
from agents.tables.files import TableFile
from agents.tables.labelled import known, late, refits
from agents.tables.rows import Selection, rows
from streams.arrays import Floats, Ints


class Amounts(NamedTuple):
    """Rows in the order of time: features, ``labels`` (n), ``ready`` (n): labels known before each row.

    ``refits`` are the rows at which batch models are fitted anew.
    """

    features: Features
    labels: Floats
    ready: Ints
    refits: list[int]


def read_amounts(path: Path, label: str, selection: Selection, delay: float = 0.0) -> Amounts:
    """Read a table; rows without a label or a time are left out, and a note says how many. ``delay`` is in seconds.

    Raises:
        WrongUse: the file, a column or a value is not as it is said to be; the message names it.

    """
    file = TableFile(path)
    found = rows(file, selection, {label: amounts("--label", label, file.require(label, "--label"))})
    timed = selection.time is not None
    ready = known(found.moments, delay, timed=timed)
    own = found.features._replace(notes=[*found.features.notes, *late(ready, delay)])
    return Amounts(own, found.values[label], ready, refits(found.moments, timed=timed))
