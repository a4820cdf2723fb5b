import asyncio
from collections.abc import Callable
from typing import Self, cast

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException

from agents.transport.ends import Ends
from agents.transport.reader import Reader


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
