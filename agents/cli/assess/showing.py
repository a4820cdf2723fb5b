"""How results of ``assess`` look on a terminal, in a file and in a pipe."""

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

WIDTH = 110
"""Of a table that goes into a file or a pipe."""
MOST_COLUMNS = 3


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


def number(value: float | None, digits: int = 3) -> str:
    """A figure, or a dash where there is none."""
    return "–" if value is None else f"{value:.{digits}f}"
