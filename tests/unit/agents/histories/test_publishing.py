from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from confluent_kafka import KafkaError

from agents.errors import BROKER, BrokerNotReady
from agents.histories.history import History, read_history
from agents.histories.mapping import Mapping
from agents.histories.publishing import Pace, Publisher
from schemas.codec import decode_json
from schemas.dead_letters import DeadLetter

ROWS = "user,at,what,item\nb,1511544080,view,i\nb,1511544070,purchase,i\nb,bad\n"
Sent = tuple[str, bytes, bytes]


class ListedProducer:
    """A producer whose broker is a list; ``room`` is how often its queue takes a message before it is full once."""

    def __init__(self, room: int = 10**9, error: KafkaError | None = None) -> None:
        self.sent: list[Sent] = []
        self.headers: list[Any] = []
        self._room = room
        self._error = error
        self._waiting: list[Callable[[KafkaError | None, Any], None]] = []

    def produce(self, topic: str, value: bytes, key: bytes, *, headers: Any, on_delivery: Any) -> None:
        """Append, or say that the queue is full."""
        if len(self._waiting) >= self._room:
            raise BufferError
        self.sent.append((topic, key, value))
        self.headers.append(headers)
        self._waiting.append(on_delivery)

    def poll(self, seconds: float) -> int:
        """Deliver what waits."""
        del seconds
        delivered, self._waiting = self._waiting, []
        for tell in delivered:
            tell(self._error, None)
        return len(delivered)

    def flush(self, seconds: float) -> int:
        """Deliver everything."""
        self.poll(seconds)
        return 0


def history(tmp_path: Path) -> History:
    """Two events of one user and a row that was cut off."""
    (tmp_path / "h.csv").write_text(ROWS)
    told = {
        "format": "csv",
        "columns": {
            "user_id": "user",
            "occurred_at": {"column": "at", "format": "seconds"},
            "type": "what",
            "item_id": "item",
        },
        "defaults": {"consent": ["push"]},
    }
    return read_history(str(tmp_path / "h.csv"), msgspec.convert(told, Mapping))


class Clock:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0

    def sleep(self, seconds: float) -> None:
        """Time passes."""
        self.now += seconds

    def pace(self, speed: float) -> Pace:
        """A pace by this clock."""
        return Pace(speed, lambda: self.now, self.sleep)


def published(producer: ListedProducer, found: History, pace: Pace) -> tuple[Iterable[int], int]:
    """Publish all of a history; the numbers reported and the steps of the bar."""
    steps: list[int] = []
    publisher = Publisher(producer, "p-".__add__)  # type: ignore[arg-type]  # a fake that is a list
    return publisher.publish(found, None, pace, 55, steps.append), sum(steps)


def test_everything_is_put_on_its_topic_in_time_order(tmp_path: Path) -> None:
    """Consent, then events by time, keyed by user id; the unreadable row goes to dead-letters with its bytes."""
    producer = ListedProducer()
    numbers, steps = published(producer, history(tmp_path), Clock().pace(0))
    assert (*numbers, steps) == (2, 1, 1, 2)
    assert [(topic, key) for topic, key, _ in producer.sent][1:] == [
        ("p-privacy-requests", b"b"),
        ("p-purchases", b"b"),
        ("p-browses", b"b"),
    ]
    letter = decode_json(producer.sent[0][2], DeadLetter)
    assert (producer.sent[0][0], letter.reason, letter.value, letter.at) == (
        "p-dead-letters",
        "unreadable_row",
        b"b,bad",
        55,
    )
    assert dict(producer.headers[0])["reason"] == b"unreadable_row"


def test_a_full_queue_is_waited_for(tmp_path: Path) -> None:
    """Nothing is dropped when the producer is faster than the broker."""
    producer = ListedProducer(room=1)
    numbers, _ = published(producer, history(tmp_path), Clock().pace(0))
    assert tuple(numbers) == (2, 1, 1)
    assert len(producer.sent) == 4


def test_a_message_that_is_not_delivered_ends_it(tmp_path: Path) -> None:
    """Exit code 3 and the broker's reason, in one line."""
    producer = ListedProducer(error=KafkaError(KafkaError._MSG_TIMED_OUT))
    with pytest.raises(BrokerNotReady, match="publish again") as failure:
        published(producer, history(tmp_path), Clock().pace(0))
    assert failure.value.exit_code == BROKER


@pytest.mark.parametrize(("speed", "seconds"), [(0.0, 0.0), (1.0, 10.0), (20.0, 0.5)])
def test_the_speed_is_a_multiple_of_the_history_s_own(tmp_path: Path, speed: float, seconds: float) -> None:
    """Ten seconds between two events; max waits for nothing."""
    clock = Clock()
    published(ListedProducer(), history(tmp_path), clock.pace(speed))
    assert clock.now == pytest.approx(100.0 + seconds)
