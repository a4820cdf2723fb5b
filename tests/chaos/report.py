"""How a run ended: a table for people, JSON for programs."""

from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from tests.chaos.scenario import Verdict

FIELDS = ("name", "seed", "events", "passed", "repeats", "recovery_seconds")


def as_json(verdicts: list[Verdict]) -> bytes:
    """``{"scenarios": [{"name", "seed", "events", "passed", "repeats", "recovery_seconds"}, …]}``.

    A failed scenario also has its ``reason``. What could not be played here is apart, in ``skipped``, with the reason.
    """
    played = [_row(verdict) for verdict in verdicts if not verdict.skipped]
    skipped = [{"name": each.name, "seed": each.seed, "reason": each.skipped} for each in verdicts if each.skipped]
    told = {"scenarios": played} | ({"skipped": skipped} if skipped else {})
    return msgspec.json.format(msgspec.json.encode(told)) + b"\n"


def write_json(file: Path, verdicts: list[Verdict]) -> None:
    """The JSON of a run in a file."""
    file.write_bytes(as_json(verdicts))


def show(verdicts: list[Verdict], seconds: float, console: Console) -> None:
    """The table, and where the remains of what failed are."""
    table = Table("scenario", "seed", "events", "repeats", "back after", "took", "result", box=None, pad_edge=False)
    for verdict in verdicts:
        back = f"{verdict.recovery_seconds:.1f} s" if verdict.recovery_seconds else ""
        result = "passed" if verdict.passed else "skipped" if verdict.skipped else "[red]FAILED[/red]"
        numbers = (f"{verdict.events:,}", str(verdict.repeats), back, f"{verdict.seconds:.0f} s")
        table.add_row(verdict.name, str(verdict.seed), *numbers, result)
    console.print(table)
    failed = [verdict for verdict in verdicts if not verdict.passed and not verdict.skipped]
    skipped = [verdict for verdict in verdicts if verdict.skipped]
    for verdict in failed:
        told = f"{verdict.name}, seed {verdict.seed}: {verdict.reason}\n  kept: {verdict.where}"
        console.print(told, markup=False, soft_wrap=True)
    for verdict in skipped:
        console.print(f"{verdict.name}, seed {verdict.seed} was SKIPPED: {verdict.skipped}", markup=False)
    passed, played = sum(verdict.passed for verdict in verdicts), len(verdicts) - len(skipped)
    events = sum(verdict.events for verdict in verdicts)
    apart = f", {len(skipped)} SKIPPED" if skipped else ""
    console.print(f"{passed} of {played} passed{apart}, {events:,} events, {seconds / 60:.1f} minutes")


def _row(verdict: Verdict) -> dict[str, Any]:
    told = {name: getattr(verdict, name) for name in FIELDS}
    return told if verdict.passed else told | {"reason": verdict.reason}
