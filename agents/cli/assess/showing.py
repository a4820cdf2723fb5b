"""How results of ``assess`` look on a terminal, in a file and in a pipe."""

from collections.abc import Iterable
from math import floor, inf, log10

from rich.console import Console
from rich.table import Table

WIDTH = 120
"""Of a table that goes into a file or a pipe."""
MOST_COLUMNS = 3
LARGE, LEAST = 1e7, 1e-9
"""Figures from which powers of ten are shown; the relative width under which an interval is none."""


def console() -> Console:
    """As wide as the terminal, or ``WIDTH``; brackets in names of files and columns are no markup."""
    own = Console(markup=False)
    return own if own.is_terminal else Console(markup=False, width=WIDTH)


def table(*columns: str) -> Table:
    """A table without lines."""
    return Table(*columns, box=None, padding=(0, 2))


def show_notes(own: Console, notes: Iterable[str]) -> None:
    """What a reader should know, a line each; what is said of more than three columns is said once."""
    said: dict[str, list[str]] = {}
    for note in notes:
        said.setdefault(note.partition(": ")[2] or note, []).append(note)
    for told, alike in said.items():
        columns = ", ".join(note.partition(": ")[0] for note in alike[:MOST_COLUMNS])
        together = f"{len(alike)} columns ({columns}, …): {told}"
        for note in [together] if len(alike) > MOST_COLUMNS else alike:
            own.print(f"note: {note}")


MODELS = {"batch": "boosting, refitted", "batch_once": "boosting, fitted once"}


def model(name: str) -> str:
    """What a model is called."""
    return MODELS.get(name, name.replace("_", " "))


def number(value: float | None, digits: int = 3) -> str:
    """A figure, or a dash where there is none."""
    return "–" if value is None else f"{value:.{digits}f}"


def figure(mean: float, low: float, high: float, sign: str = "") -> str:
    """A figure and its interval, to two digits of the interval's width."""
    wide = (high - low) / 2.0
    if max(abs(mean), abs(low), abs(high)) >= LARGE:
        return f"{mean:{sign}.4g} ({low:{sign}.3g} to {high:{sign}.3g})"
    decimals = 3 if not wide < inf or wide <= LEAST * abs(mean) else max(1 - floor(log10(wide)), 0)
    return f"{mean:{sign},.{decimals}f} ({low:{sign},.{decimals}f} to {high:{sign},.{decimals}f})"
