import asyncio
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Self, cast

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition
from hypothesis import given
from hypothesis import strategies as st

from agents.transport.batches import Place
from agents.transport.ends import Ends
from agents.transport.messages import runs
from agents.transport.reader import Reader

HERE = Place("clicks", 3)


class NoEnds:
    """Fails when it is asked: the last thing that anybody expects."""

    def ask(self, places: object) -> None:
        """Fail."""
        raise ValueError(f"no ends of {places}")


class Open:
    """A consumer as far as it is opened and closed."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """Closed."""


def refused() -> Consumer:
    """A client that cannot be made."""
    raise KafkaException(KafkaError(KafkaError._INVALID_ARG, "no such file"))


@pytest.mark.parametrize(
    ("consumer", "reason"), [(refused, "no such file"), (lambda: cast("Consumer", Open()), "ValueError: no ends of {}")]
)
def test_a_reader_that_ends_says_why(consumer: Callable[[], Consumer], reason: str) -> None:
    """Whatever ends its thread is in ``failed``: a worker that reads nothing must not look healthy."""

    async def run() -> str:
        reader = Reader(consumer, cast("Ends", NoEnds()), 10, 0.0)
        reader.start()
        async with asyncio.timeout(5):
            while not reader.failed:  # noqa: ASYNC110 - a thread sets it
                await asyncio.sleep(0.01)
        await reader.stop()
        return reader.failed

    assert reason in asyncio.run(run())


class Gone:
    """An error event of a partition; a message with code 0."""

    def __init__(self, code: int, place: Place) -> None:
        self._code = code
        self._place = place

    def topic(self) -> str:
        """Its topic."""
        return self._place.topic

    def partition(self) -> int:
        """Its partition."""
        return self._place.partition

    def offset(self) -> int:
        """None is told."""
        return 0

    def error(self) -> KafkaError | None:
        """What is wrong."""
        return KafkaError(self._code) if self._code else None


class Assigned(Open):
    """A consumer that gives one error event and remembers what it is to read."""

    def __init__(self, code: int) -> None:
        self.at: list[int] = []
        self._events = [Gone(code, HERE)]

    def incremental_assign(self, partitions: list[TopicPartition]) -> None:
        """From here."""
        self.at.extend(partition.offset for partition in partitions)

    def incremental_unassign(self, partitions: list[TopicPartition]) -> None:
        """No more."""

    def poll(self, timeout: float) -> Gone | None:
        """The event, once it reads."""
        time.sleep(timeout / 10)
        return self._events.pop() if self._events else None

    def consume(self, most: int, timeout: float) -> list[Gone]:
        """Nothing more."""
        del most, timeout
        return []


class Silent:
    """Knows no ends."""

    def ask(self, places: object) -> None:
        """No answer."""

    def reached(self, positions: object) -> dict[Place, int]:
        """None."""
        del positions
        return {}


@pytest.mark.parametrize(
    ("code", "read"),
    [
        (KafkaError.UNKNOWN_TOPIC_OR_PART, [7, 7]),
        (KafkaError.TOPIC_AUTHORIZATION_FAILED, [7, 7]),
        (KafkaError.OFFSET_OUT_OF_RANGE, [7]),
    ],
)
def test_a_partition_that_was_not_there_is_read_on_from_where_it_was(code: int, read: list[int]) -> None:
    """Metadata on its way must not cost a partition for good; an offset that is gone stays refused."""

    async def run() -> None:
        consumer = Assigned(code)
        reader = Reader(lambda: cast("Consumer", consumer), cast("Ends", Silent()), 10, 0.0)
        reader.start()
        reader.place(reader.epoch, {HERE: 7})
        async with asyncio.timeout(5):
            while HERE not in reader.refused:  # noqa: ASYNC110 - a thread sets it
                await asyncio.sleep(0.01)
        reader.try_again({"other"})
        reader.try_again({HERE.topic})
        await asyncio.sleep(0.2)
        await reader.stop()
        assert (consumer.at, HERE in reader.refused) == (read, len(read) == 1)

    asyncio.run(run())


@given(st.lists(st.tuples(st.sampled_from(["clicks", "browses"]), st.integers(0, 2), st.booleans()), max_size=30))
def test_runs_are_the_messages_in_order_and_each_of_one_partition(drawn: list[tuple[str, int, bool]]) -> None:
    """Nothing is lost or moved; runs are as long as they can be; an error event stands alone."""
    messages = [
        Gone(KafkaError._PARTITION_EOF if gone else 0, Place(topic, partition)) for topic, partition, gone in drawn
    ]
    found = list(runs(cast("list[Message]", messages)))
    assert [message for _, run in found for message in run] == list[object](messages)
    assert all((message.topic(), message.partition()) == place for place, run in found for message in run)
    assert all(len(run) == 1 for _, run in found if any(message.error() for message in run))
    for (before, first), (after, second) in pairwise(found):
        assert before != after or first[0].error() or second[0].error()
