"""A table with a label that only judges, in the order of time: what ``assess fraud`` is given."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from agents.errors import WrongUse
from agents.tables.columns import Features, label
from agents.tables.files import TableFile
from agents.tables.rows import Selection, rows
from streams.arrays import Bools, Floats

COUNTER_LEAST = 50
"""Rows from which a column of numbers that rises with every one of them is a counter and no coincidence."""


class Suspected(NamedTuple):
    """Rows in the order of time: features and ``labels`` (n)."""

    features: Features
    labels: Bools


def read_suspected(path: Path, name: str, positive: str | None, selection: Selection) -> Suspected:
    """Read a table; rows without a label or a time are left out, and a note says how many.

    Raises:
        WrongUse: the file, a column or a value is not as said, or no column is left to learn from.

    """
    file = TableFile(path)
    found = rows(file, selection, {name: label(name, file.require(name, "--label"), positive)})
    features = found.features if selection.only else without_counters(found.features)
    if not features.number_names and not features.level_names:
        raise WrongUse(f"{path}: no column is left to learn from; name some with --features")
    return Suspected(features, np.asarray(found.values[name] == 1.0))


def without_counters(own: Features) -> Features:
    """Without columns that rise or fall with every row: each new value is the strangest so far, which says nothing."""
    counters = [name for k, name in enumerate(own.number_names) if _is_counter(own.numbers[:, k])]
    kept = [k for k, name in enumerate(own.number_names) if name not in counters]
    return own._replace(
        numbers=own.numbers[:, kept],
        number_names=[own.number_names[k] for k in kept],
        notes=[*own.notes, *(f"{name}: rises or falls with every row, left out as a counter" for name in counters)],
    )


def _is_counter(values: Floats) -> bool:
    steps = np.diff(values)
    return len(values) >= COUNTER_LEAST and bool((steps > 0.0).all() or (steps < 0.0).all())
