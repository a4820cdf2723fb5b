"""The smallest fold with everything that a real one has: counts per key, an output for every third record."""

import json
from collections.abc import Iterable, Sequence

from streams.folding import LogRecord, ModelMissing, Output, Refusal

EPOCH = "e1"


class CountingFold:
    """Counts records per key; every third record of a key is a decision, every fifth is reported internally.

    Some values are orders: ``need:NAME`` waits for a model in ``models``, ``refuse`` refuses, ``break`` breaks.
    ``wrong`` makes its outputs differ from those of a right fold.
    """

    def __init__(self, partition: int = 0, *, wrong: bool = False) -> None:
        self.applied = -1
        self.models: set[str] = set()
        self.counts: dict[str, int] = {}
        self.due_at: int | None = None
        self._partition = partition
        self._wrong = wrong
        self._changed: set[str] = set()
        self._frozen: set[str] = set()
        self._early: list[tuple[bytes, bytes | None]] = []

    def fold(self, records: Sequence[LogRecord], outputs: list[Output]) -> None:
        """As the port says."""
        for record in records:
            if record.offset > self.applied:
                self._obey(record.value)
                self._count((record.key or b"").decode(), record.offset, outputs)
                self.applied = record.offset

    def cut(self) -> bytes:
        """As the port says."""
        self._frozen, self._changed = self._changed, set()
        return json.dumps(self.applied).encode()

    def encode_frozen(self, most: int) -> list[tuple[bytes, bytes | None]]:
        """As the port says."""
        some, self._early = self._early[:most], self._early[most:]
        while self._frozen and len(some) < most:
            some.append(self._encode(self._frozen.pop()))
        return some

    def thaw(self) -> None:
        """As the port says; entries already encoded count as changed too."""
        self._changed |= self._frozen | set(self.counts)
        self._frozen, self._early = set(), []

    def settle(self) -> None:
        """As the port says."""

    def restore(self, head: bytes | None, entries: Iterable[tuple[bytes, bytes]]) -> None:
        """As the port says."""
        self.applied = -1 if head is None else json.loads(head)
        self.counts = {key.decode(): int(value) for key, value in entries} if head is not None else {}

    def due(self) -> int | None:
        """As the port says."""
        return self.due_at

    def counters(self) -> dict[str, int]:
        """As the port says."""
        return {"records_total|decide|e": sum(self.counts.values())}

    def _obey(self, value: bytes) -> None:
        order, _, what = value.decode().partition(":")
        if order == "need" and what not in self.models:
            raise ModelMissing(f"model {what} is not at hand", "it is read again when models grow")
        if order == "refuse":
            raise Refusal("the record says no", "ask it nicely")
        if order == "break":
            raise RuntimeError("broken")

    def _count(self, key: str, offset: int, outputs: list[Output]) -> None:
        if key in self._frozen:  # about to change while frozen: encoded first
            self._frozen.discard(key)
            self._early.append(self._encode(key))
        self.counts[key] = count = self.counts.get(key, 0) + 1
        self._changed.add(key)
        for topic, every in (("decisions", 3), ("closed-decisions", 5)):
            if count % every == 0:
                outputs.append(self._output(topic, key, count, offset))

    def _output(self, topic: str, key: str, count: int, offset: int) -> Output:
        origin = f"{EPOCH}/{self._partition}/{offset}/0"
        body = {"count": count + self._wrong, "key": key, "origin": origin}
        headers = (("origin", origin.encode()), ("ce_type", b"test"))
        return Output(topic, key.encode(), json.dumps(body).encode(), headers)

    def _encode(self, key: str) -> tuple[bytes, bytes | None]:
        return key.encode(), str(self.counts[key]).encode()
