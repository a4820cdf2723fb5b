"""How far partitions reach: asked in one request for all of them, answered beside the reading."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future

from confluent_kafka import IsolationLevel, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._listoffsets import ListOffsetsResultInfo, OffsetSpec

from agents.transport.batches import Place

ANSWER_SECONDS = 10
OVERDUE_MS = 3 * ANSWER_SECONDS * 1000
"""An answer that has not come by then is given up, and asked for again: it went down with a connection."""


class Ends:
    """Knows that a partition was drained at time t: its end was asked at t, and has been read up to since.

    An end-of-partition event cannot tell that: it carries no time, and silence may be a lost connection.
    ``interval`` is in ms of the wall time ``wall()``; ``admin`` makes a client.
    """

    def __init__(self, admin: Callable[[], AdminClient], interval: int, wall: Callable[[], int]) -> None:
        self._new_admin = admin
        self._admin = admin()
        self._wall = wall
        self._interval = interval
        self._asked_at = 0
        self._answers: dict[TopicPartition, Future[ListOffsetsResultInfo]] = {}
        self._ends: dict[Place, int] = {}
        self._waiting: dict[Place, int] = {}

    def forget(self) -> None:
        """The partitions are others' now."""
        self._answers, self._ends, self._waiting, self._asked_at = {}, {}, {}, 0

    def known(self) -> dict[Place, int]:
        """The last offset plus one of each partition, as last heard."""
        return dict(self._ends)

    def ask(self, places: Mapping[Place, int]) -> None:
        """Ask for the ends of ``places`` when it is time to and the last answer has come, or is overdue."""
        now = self._wall()
        pause = OVERDUE_MS if self._answers else self._interval
        if not places or 0 <= now - self._asked_at < pause:
            return
        self._asked_at = now
        wanted = {TopicPartition(*place): OffsetSpec.latest() for place in places}  # type: ignore[no-untyped-call]  # a gap in its hints
        self._answers = self._admin.list_offsets(
            wanted, isolation_level=IsolationLevel.READ_COMMITTED, request_timeout=ANSWER_SECONDS
        )

    def reached(self, positions: Mapping[Place, int]) -> dict[Place, int]:
        """Partitions now read up to the end asked for, with the time of asking."""
        self._take_answers()
        drained = {
            place: at for place, at in self._waiting.items() if positions.get(place, 0) >= self._ends.get(place, 0)
        }
        for place in drained:
            del self._waiting[place]
        return drained

    def _take_answers(self) -> None:
        if not self._answers or not all(answer.done() for answer in self._answers.values()):
            return
        for at, answer in self._answers.items():
            if answer.exception() is None:
                place = Place(at.topic, at.partition)
                self._ends[place] = answer.result().offset
                self._waiting[place] = self._asked_at
        if any(_is_outdated(answer.exception()) for answer in self._answers.values()):
            self._admin = self._new_admin()
        self._answers = {}


def _is_outdated(error: BaseException | None) -> bool:
    """Whether the client believes in a leader of before: after a broker's restart it would do so for good."""
    return isinstance(error, KafkaException) and error.args[0].code() == KafkaError.FENCED_LEADER_EPOCH
