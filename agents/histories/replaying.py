"""A history through the four folds in this process; what they write, and an account that adds up."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import msgspec

from agents.errors import Failure
from agents.histories.history import History
from schemas.dead_letters import DeadLetter
from schemas.topics import DEAD_LETTERS, DECISIONS, EVENT_SOURCES, TRIGGERS, USER_LOG
from streams.intake.dead_letters import dead_letter_output
from streams.system import System

Figures = dict[str, Any]

FILES = {TRIGGERS: "triggers.jsonl", DECISIONS: "decisions.jsonl", DEAD_LETTERS: "dead_letters.jsonl"}
SUMMARY = "summary.json"


class Replaying:
    """One run, writing a file per public topic into a directory; the same input gives the same bytes."""

    def __init__(self, system: System, directory: Path) -> None:
        self._system = system
        self._directory = directory
        self._files: dict[str, IO[bytes]] = {}
        self._lines: Counter[str] = Counter()

    def __enter__(self) -> Self:
        self._directory.mkdir(parents=True, exist_ok=True)
        self._files = {topic: (self._directory / name).open("wb") for topic, name in FILES.items()}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for file in self._files.values():
            file.close()

    def run(self, history: History, advance: Callable[[int], None]) -> Figures:
        """Feed the history and write everything down; after its last event nothing is known, so nothing is decided."""
        for letter in history.dead_letters(at=history.events[-1].time if history.events else 0):
            self._write_letter(letter)
        for message in history.messages():
            self._system.feed(message.topic, message.key, message.value, message.time)
            self._drain()
            advance(int(message.row > 0))
        users = self._system.users()
        self._system.finish()
        self._drain()
        figures = self._figures(history, users)
        text = msgspec.json.format(msgspec.json.encode(figures), indent=2)
        (self._directory / SUMMARY).write_bytes(text + b"\n")
        return figures

    def _drain(self) -> None:
        for _, output in self._system.take():
            self._write(output.topic, output.value)

    def _write_letter(self, letter: DeadLetter) -> None:
        self._write(DEAD_LETTERS, dead_letter_output(letter).value)

    def _write(self, topic: str, value: bytes) -> None:
        if topic in self._files:
            self._files[topic].write(value + b"\n")
            self._lines[topic] += 1

    def _figures(self, history: History, users: int) -> Figures:
        counters = self._system.counters()
        refused = sum(_summed(counters, f"dead_letters_total|{source}|") for source in EVENT_SOURCES)
        poisoned = _summed(counters, f"dead_letters_total|{USER_LOG}|poison")
        duplicates = sum(_summed(counters, f"duplicates_total|{source}") for source in ("event_id", *EVENT_SOURCES))
        accepted = counters.get("records_total|decide|e", 0) - duplicates - poisoned
        dead = len(history.unreadable) + refused + poisoned
        if accepted + dead + duplicates != history.rows:
            parts = f"{accepted} accepted, {dead} dead-lettered, {duplicates} duplicates"
            raise Failure(
                f"the counts do not add up: {history.rows} rows, but {parts}; this is a bug, please report it"
            )
        return {
            "history": history.digest,
            "events_read": history.rows,
            "events_accepted": accepted,
            "events_dead_lettered": dead,
            "events_duplicate": duplicates,
            "users": users,
            "triggers": self._lines[TRIGGERS],
            "decisions": self._lines[DECISIONS],
            "dead_letters": self._lines[DEAD_LETTERS],
            "triggers_by_kind": _split(counters, "triggers_total|", -1),
            "decisions_by_result": _split(counters, "decisions_total|", -1),
            "refusals_by_gate": _split(counters, "gate_rejections_total|", -1),
        }


def _summed(counters: dict[str, int], prefix: str) -> int:
    return sum(count for name, count in counters.items() if name.startswith(prefix))


def _split(counters: dict[str, int], prefix: str, label: int) -> dict[str, int]:
    """Totals by one of a metric's labels."""
    totals: Counter[str] = Counter()
    for name, count in counters.items():
        if name.startswith(prefix):
            totals[name.split("|")[label]] += count
    return dict(sorted(totals.items()))
