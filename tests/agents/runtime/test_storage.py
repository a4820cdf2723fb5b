"""What a checkpoint writes and what recovery makes of it, with the transactions themselves kept in memory."""

import asyncio
from collections.abc import Callable, Iterable, Mapping

from agents.runtime.heads import LogFacts
from agents.runtime.storage import HEAD, Found, KafkaStorage
from agents.runtime.tails import TailRead
from agents.runtime.transactions import Entry
from tests.making.memory_kafka import MemoryKafka, MemoryStorage
from tests.making.memory_worker import SETTINGS, Worker, fill

PREFIX = b"decide|user-log|"


class KeptTransactions:
    """The topic ``checkpoints`` as transactions left it: whole ones, in order."""

    def __init__(self) -> None:
        self.committed: list[list[Entry]] = []

    def commit(self, topic: str, partition: int, entries: Iterable[Entry], may_go_on: Callable[[], bool]) -> None:
        """All of it at once."""
        del topic, partition, may_go_on
        self.committed.append(list(entries))

    def table(self) -> dict[bytes, bytes]:
        """What compaction would leave."""
        merged = {key: value for transaction in self.committed for key, value in transaction}
        return {key.removeprefix(PREFIX): value for key, value in merged.items() if value is not None}


class KeptStorage(KafkaStorage):
    """The storage whose transactions are kept; the log and the outputs are those of the memory."""

    def __init__(self, kafka: MemoryKafka, kept: KeptTransactions) -> None:
        super().__init__(SETTINGS, "decide", "user-log", 0, may_act=lambda: True)
        self._transactions = kept  # type: ignore[assignment] # of which only commit is asked
        self._kafka, self._kept = kafka, kept

    def fence(self) -> None:
        """Nobody else is there."""

    def read(self) -> Found:
        """From what the transactions left."""
        entries = self._kept.table()
        facts = LogFacts(self._kafka.topic_id, self._kafka.low, len(self._kafka.log))
        return Found(facts, entries.pop(HEAD, None), entries)

    def read_tails(self, positions: Mapping[str, int]) -> dict[str, TailRead]:
        """Those of the memory."""
        return MemoryStorage(self._kafka).read_tails(positions)

    def close(self) -> None:
        """Nothing is open."""


def test_a_recovery_from_what_the_transactions_hold_is_exact() -> None:
    """Users and partition record go together: with one and not the other, records would be folded twice or never."""

    async def run() -> None:
        kafka, kept = fill(MemoryKafka(), "abcab" * 4), KeptTransactions()
        for upto in (7, 13, 20):
            worker = Worker(kafka)
            worker.partition._storage = KeptStorage(kafka, kept)
            await worker.open()
            await worker.read(upto - worker.partition.wanted)
            await worker.checkpoint()
        assert worker.fold.counts == {"a": 8, "b": 8, "c": 4}
        assert worker.partition.tally.folded_records == 7
        for transaction in kept.committed:
            assert [key for key, _ in transaction].count(PREFIX + HEAD) == 1
            assert len(transaction) > 1

    asyncio.run(run())
