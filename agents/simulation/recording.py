"""What a simulation writes down: public messages as JSON lines, and the summary."""

from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import msgspec

from schemas.topics import DECISIONS, FRAUD_ALERTS, OUTCOMES, TRIGGERS

_FILES = {
    TRIGGERS: "triggers.jsonl",
    DECISIONS: "decisions.jsonl",
    OUTCOMES: "outcomes.jsonl",
    FRAUD_ALERTS: "fraud-alerts.jsonl",
}


class Recording:
    """A directory with one file per topic; made if it is not there, files of before are replaced."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._files: dict[str, IO[bytes]] = {}

    def __enter__(self) -> Self:
        self._directory.mkdir(parents=True, exist_ok=True)
        self._files = {topic: (self._directory / name).open("wb") for topic, name in _FILES.items()}
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for file in self._files.values():
            file.close()

    def take(self, topic: str, value: bytes) -> None:
        """One message; those of other topics are left out."""
        file = self._files.get(topic)
        if file is not None:
            file.write(value + b"\n")

    def finish(self, figures: dict[str, Any]) -> None:
        """The summary."""
        text = msgspec.json.format(msgspec.json.encode(figures), indent=2)
        (self._directory / "summary.json").write_bytes(text + b"\n")
