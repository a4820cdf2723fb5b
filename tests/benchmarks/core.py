"""The decision core in this process: CPU time per event by phase, and of a checkpoint per user."""

import time
from collections import Counter
from collections.abc import Callable
from statistics import median
from typing import Any

from agents.runtime.memory import settle_memory
from schemas.codec import decode_msgpack, decode_record
from schemas.models import ModelSnapshot
from streams.fold import DecideFold
from streams.models.store import ModelStore
from tests.benchmarks.figures import Core, Phases
from tests.benchmarks.peers.task import EVERY
from tests.benchmarks.shop_log import FOLD, ShopLog

CHUNK = 500
BITE = 16

Prepare = Callable[[DecideFold], None]


class Stopwatch:
    """CPU nanoseconds by phase; while a watched call runs inside another one, the outer one's watch stands."""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()
        self._inner = [0]

    def watch(self, part: object, method: str, phase: str) -> None:
        """Book the calls of one method of one object under a phase."""
        call: Callable[..., Any] = getattr(part, method)

        def timed(*arguments: Any, **named: Any) -> Any:
            began = time.thread_time_ns()
            self._inner.append(0)
            result = call(*arguments, **named)
            took = time.thread_time_ns() - began
            self.spent[phase] += took - self._inner.pop()
            self._inner[-1] += took
            return result

        setattr(part, method, timed)


def measure(log: ShopLog, campaigns: int, repetitions: int) -> Core:
    """Fold the log again and again; medians over the repetitions.

    The whole is measured without a watch; ``profiles`` is what the parts leave of it.
    """
    store = ModelStore(EVERY, EVERY)
    for output in log.models:
        store.add(decode_msgpack(output.value, ModelSnapshot))
    settle_memory()
    runs = [_phases(log, store) for _ in range(repetitions)]
    phases = Phases(*(median(values) / log.events / 1000 for values in zip(*runs, strict=True)))
    nanoseconds, size = _checkpoint(_fold(log, store))
    per_user = (nanoseconds / log.users / 1000, size / log.users)
    return Core(campaigns, log.events, log.decisions / log.events, phases, *per_user)


def _phases(log: ShopLog, store: ModelStore) -> tuple[int, ...]:
    """Nanoseconds by phase, in the order of ``Phases``."""
    began = time.thread_time_ns()
    _fold(log, store)
    folded = time.thread_time_ns()
    for records in log.partitions:
        for record in records:
            decode_record(record.value)
    whole, decode = folded - began, time.thread_time_ns() - folded
    watch = Stopwatch()
    _fold(log, store, lambda fold: _attach(watch, fold))
    risk, decisions = watch.spent["risk"], watch.spent["decisions"]
    return whole, decode, whole - decode - risk - decisions, risk, decisions


def _attach(watch: Stopwatch, fold: DecideFold) -> None:
    points = fold._applying._points
    watch.watch(fold._scoring, "risk", "risk")
    watch.watch(points, "decide", "decisions")
    watch.watch(points, "assess", "decisions")
    watch.watch(fold._writer, "put", "decisions")


def _fold(log: ShopLog, store: ModelStore, prepare: Prepare = lambda _: None) -> list[DecideFold]:
    folds = [DecideFold(number, FOLD, store) for number in range(len(log.partitions))]
    for fold, records in zip(folds, log.partitions, strict=True):
        prepare(fold)
        for at in range(0, len(records), CHUNK):
            fold.fold(records[at : at + CHUNK], [])
    return folds


def _checkpoint(folds: list[DecideFold]) -> tuple[int, int]:
    """Nanoseconds and bytes of encoding every user of these folds."""
    began, size = time.thread_time_ns(), 0
    for fold in folds:
        fold.cut()
        while entries := fold.encode_frozen(BITE):
            size += sum(len(value or b"") for _, value in entries)
    return time.thread_time_ns() - began, size
