"""``scripts/fuzz``: damage everything that is read from elsewhere, for some minutes."""

import argparse
import json
import resource
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.fuzz.runs import Outcome, fuzz
from tests.fuzz.targets import TARGETS

MEMORY = 6 * 1024**3
"""Bytes of address space: an input that wants more fails here instead of taking the machine along."""
EXAMPLES = """\
examples:
  scripts/fuzz
  scripts/fuzz --minutes 30 --json fuzz.json
  scripts/fuzz --minutes 1 --target intake --seed 7
exit codes: 0 every law held, 1 something broke (with the smallest input that breaks it), 2 wrong use
"""


def _arguments() -> argparse.Namespace:
    shape = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("scripts/fuzz", None, __doc__, EXAMPLES, formatter_class=shape)
    parser.add_argument("--minutes", type=float, default=5.0, help="in all (default: %(default)s)")
    parser.add_argument("--target", action="append", choices=list(TARGETS), help="only this one; may be repeated")
    parser.add_argument("--seed", type=int, help="for a run that can be repeated (default: the time)")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    return parser.parse_args()


def _run(names: list[str], minutes: float, number: int) -> list[Outcome]:
    columns = (TextColumn("{task.description:<10}"), BarColumn(), TextColumn("{task.completed} inputs"))
    outcomes = []
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as progress:
        for name in names:
            task = progress.add_task(name, total=None)
            share = minutes * 60 / len(names)
            outcomes.append(fuzz(name, share, number, lambda n, t=task: progress.update(t, completed=n)))  # type: ignore[misc] # bound
            progress.update(task, total=outcomes[-1].inputs)
    return outcomes


def _show(outcomes: list[Outcome], number: int) -> None:
    table = Table("target", "inputs", "seconds", "slowest ms", "result", title=f"fuzz, seed {number}")
    for one in outcomes:
        result = one.failure.splitlines()[0][:80] if one.failure else "every law held"
        table.add_row(one.target, f"{one.inputs:,}", f"{one.seconds:.0f}", f"{one.slowest_ms:.0f}", result)
    Console().print(table)
    for one in outcomes:
        if one.failure:
            sys.stderr.write(f"\n{one.target}: {one.failure}\n")


def main() -> int:
    """Fuzz; 1 if something broke."""
    asked = _arguments()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))
    number = int(time.time()) if asked.seed is None else asked.seed
    outcomes = _run(asked.target or list(TARGETS), asked.minutes, number)
    _show(outcomes, number)
    if asked.json:
        figures = {"seed": number, "targets": [one._asdict() for one in outcomes]}
        asked.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return int(any(one.failure for one in outcomes))


if __name__ == "__main__":
    sys.exit(main())
