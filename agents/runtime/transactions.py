"""One Kafka transaction per checkpoint. Blocking: for an executor's thread, never for the event loop."""

import time
from collections.abc import Callable, Iterable

from confluent_kafka import KafkaError, KafkaException, Producer

from agents import clients
from agents.access import refusal
from agents.rights import Right
from agents.settings import Settings

Entry = tuple[bytes, bytes | None]

TRANSACTION_TIMEOUT = 60_000
"""Milliseconds after which the broker gives a transaction up; a broker's restart must fit in."""
STEP = 5.0
"""Seconds after which a call that blocks looks at whether to go on."""
COMMIT_PATIENCE = 40.0
"""Seconds for which a commit that timed out is asked for again before the producer is given up."""
AT_A_TIME = 500
REST = 0.0005

FENCED = frozenset({
    KafkaError._FENCED,  # noqa: SLF001 - librdkafka's own code has no public name
    KafkaError.PRODUCER_FENCED,
    KafkaError.INVALID_PRODUCER_EPOCH,
})  # fmt: skip


class Fenced(Exception):  # noqa: N818 - the successor is right
    """Another process owns the partition now; nothing of this one may be written any more."""


class CommitFailed(Exception):  # noqa: N818 - tried again, so no error yet
    """The transaction did not end well, or it is not known how it ended; state and keys are as before."""


class Denied(CommitFailed):
    """A right is missing: trying again does not help; the line names it and what grants it."""


class Transactions:
    """Transactions under one transactional id: a new owner's ``fence()`` shuts the former owner out."""

    def __init__(self, settings: Settings, transactional_id: str) -> None:
        self._settings = settings
        self._id = transactional_id
        self._producer: Producer | None = None

    def fence(self, may_go_on: Callable[[], bool]) -> None:
        """Take the transactional id over: former owners' open transactions are aborted, their commits refused.

        Raises:
            Fenced: a successor was faster.
            CommitFailed: told not to go on, or the broker refuses.

        """
        self.discard()
        self._producer = clients.producer(
            self._settings,
            transactional_id=self._id,
            transaction_timeout_ms=TRANSACTION_TIMEOUT,
            message_timeout_ms=TRANSACTION_TIMEOUT,
            enable_gapless_guarantee=False,  # a transaction is whole or nothing
            linger_ms=5,
        )
        self._insist(lambda producer: producer.init_transactions(STEP), float("inf"), may_go_on)

    def commit(self, topic: str, partition: int, entries: Iterable[Entry], may_go_on: Callable[[], bool]) -> None:
        """Write the entries in one transaction.

        Raises:
            Fenced: another process owns the partition.
            CommitFailed: try again; the next call takes a new producer, because this one's state is unknown.

        """
        if self._producer is None:
            self._renew(may_go_on)
        failure = self._try(lambda producer: self._write(producer, topic, partition, entries))
        if failure is not None:
            raise self._given_up(failure)
        self._insist(lambda producer: producer.commit_transaction(STEP), COMMIT_PATIENCE, may_go_on)

    def discard(self) -> None:
        """Give the producer up with whatever is open; the next ``fence()`` under this id aborts it."""
        if self._producer is not None:
            self._try(lambda producer: producer.purge())
        self._producer = None  # not close(): it would wait to abort

    def _renew(self, may_go_on: Callable[[], bool]) -> None:
        # Who is not the owner any more would shut the owner out, and write an old state over its newer one.
        if may_go_on():
            self.fence(may_go_on)
        if not may_go_on():
            self.discard()
            raise CommitFailed(f"{self._id}: no new producer without the lease")

    def _write(self, producer: Producer, topic: str, partition: int, entries: Iterable[Entry]) -> None:
        producer.begin_transaction()
        for number, (key, value) in enumerate(entries, 1):
            while not _queued(producer, topic, value, key, partition):
                producer.poll(0.1)
            if number % AT_A_TIME == 0:  # rest, or the fold waits for the interpreter's lock
                producer.poll(0)
                time.sleep(REST)

    def _insist(self, call: Callable[[Producer], None], patience: float, may_go_on: Callable[[], bool]) -> None:
        give_up = time.monotonic() + patience
        while (failure := self._try(call)) is not None:
            if not failure.retriable() or time.monotonic() > give_up or not may_go_on():
                raise self._given_up(failure)

    def _try(self, call: Callable[[Producer], None]) -> KafkaError | None:
        # An exception would keep the producer alive in its traceback, until the event loop destroys it.
        assert self._producer is not None  # noqa: S101 - fence() made it
        try:
            call(self._producer)
        except KafkaException as error:
            failure: KafkaError = error.args[0]
            return failure
        return None

    def _given_up(self, failure: KafkaError) -> Exception:
        self.discard()
        if failure.code() in FENCED:
            return Fenced(f"{self._id} was taken over by another process")
        if failure.code() == KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
            name = self._id.removeprefix(self._settings.topic_prefix)
            return Denied(refusal(self._settings, [Right("Write", "transactional-id", name)]))
        return CommitFailed(f"{self._id}: {failure.str()}")


def _queued(producer: Producer, topic: str, value: bytes | None, key: bytes, partition: int) -> bool:
    try:
        producer.produce(topic, value, key, partition)
    except BufferError:
        return False
    return True
