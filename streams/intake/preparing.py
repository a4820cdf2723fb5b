"""One message read → the messages to write for it: a record of the log, copies for all partitions, or a dead letter."""

from typing import NamedTuple

import msgspec
from msgspec import structs

from schemas.codec import decode_msgpack, decode_record, encode_msgpack
from schemas.dead_letters import DeadLetter
from schemas.origins import Origin
from schemas.records import Body, EventTaken, HistoryHanded, InputsBound, LogOpened, Record
from schemas.redrives import Redrive
from schemas.topics import CONTROL, HANDOVERS, USER_LOG
from streams.intake.account import Account
from streams.intake.dead_letters import dead_letter_output
from streams.intake.floods import Floods
from streams.intake.merge import Input
from streams.intake.messages import IntakeOutput, IntakeSettings, SourceRecord
from streams.intake.partitioner import partition_of
from streams.intake.redriving import TAKEN_AGAIN
from streams.intake.taking import Taker, tag_of
from streams.intake.tokens import Tokens
from streams.intake.validation import Rejection


class Prepared(NamedTuple):
    """What is to be written for the message at ``offset``; ``time`` in ms, 0 for a dead letter: it need not wait."""

    time: int
    offset: int
    outputs: tuple[IntakeOutput, ...]


class Preparer:
    """Takes or refuses messages one by one and keeps the account of both; nothing of one depends on another."""

    def __init__(self, settings: IntakeSettings) -> None:
        self._taker = Taker(Tokens(settings.token_key))
        self._partitions = settings.partitions
        self._by_source = settings.clock == "source"
        self._sources = settings.sources
        self._epoch = settings.epoch
        self.account = Account()
        self.floods = Floods(settings.dead_letter_rate)

    def message(self, source: Input, record: SourceRecord, now_ms: int) -> Prepared:
        """A message of the platform's or of the delivery service's, read at wall time ``now_ms``."""
        topic = source[0]
        arrival = None if self._by_source else _arrival(record.timestamp, now_ms)
        taken = self._taker.take(topic, record.value or b"", record.headers, arrival)
        if isinstance(taken, Rejection):
            return self._refused(source, record, taken, now_ms)
        time, user, body = taken
        account = self.account
        account.accepted[topic] += 1
        account.written[tag_of(body)] += 1
        if isinstance(body, EventTaken):
            account.repaired.update((topic, field) for field in body.repaired)
            if not self._by_source:
                account.ages.append((topic, now_ms - time))
        origin = self._origin(source, record.offset)
        return Prepared(time, record.offset, self._records(origin, time if self._by_source else now_ms, user, body))

    def redriven(self, source: Input, record: SourceRecord, now_ms: int, written_at: int) -> Prepared:
        """A dead letter's message, as if it came now, under the origin of its place on ``redrives``.

        Where it is refused again, the new letter has the message's own origin and one attempt more.
        """
        try:
            entry = decode_msgpack(record.value or b"", Redrive)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return self._refused(source, record, Rejection("unsupported_format", "", f"not a redrive: {error}"), now_ms)
        origin = entry.origin
        if origin.topic not in TAKEN_AGAIN:
            why = Rejection("unsupported_format", "origin.source", f"{origin.source[:60]!r} is no input topic")
            return self._refused(source, record, why, now_ms)
        arrival = None if self._by_source else _arrival(record.timestamp, now_ms)
        taken = self._taker.take(origin.topic, entry.value, entry.headers, arrival)
        if isinstance(taken, Rejection):
            return self._refused_again(source, record.offset, entry, taken, now_ms)
        body = structs.replace(taken.body, redriven=True) if isinstance(taken.body, EventTaken) else taken.body
        self.account.redrove(origin.topic, tag_of(body))
        again = self._origin(source, record.offset)
        return Prepared(written_at, record.offset, self._records(again, written_at, taken.user, body))

    def control(self, source: Input, record: SourceRecord, now_ms: int, written_at: int) -> Prepared:
        """A copy for every partition, under its own origin; ``written_at``: the log's time, unknown to its writer.

        How the log was opened is not copied, every partition begins with it; nor is what feeds it, which is intake's.
        """
        try:
            control = decode_record(record.value or b"")
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            rejection = Rejection("unsupported_format", "", f"not a control record: {error}")
            return self._refused(source, record, rejection, now_ms)
        self.account.accepted[CONTROL] += 1
        if isinstance(control.body, LogOpened | InputsBound):
            return Prepared(written_at, record.offset, ())
        copies = self.copies(Record(control.origin, written_at, "", control.body))
        return Prepared(written_at, record.offset, copies)

    def handover(self, source: Input, record: SourceRecord, now_ms: int, written_at: int) -> Prepared:
        """A visitor's history for the customer's partition, under the origin that ``decide`` gave it.

        One of another epoch is dropped: offsets of its log mean nothing in this one.
        """
        try:
            handed = decode_record(record.value or b"")
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            rejection = Rejection("unsupported_format", "", f"not a handed-over history: {error}")
            return self._refused(source, record, rejection, now_ms)
        self.account.accepted[HANDOVERS] += 1
        if not isinstance(handed.body, HistoryHanded) or handed.body.epoch != self._epoch:
            return Prepared(written_at, record.offset, ())
        self.account.written[tag_of(handed.body)] += 1
        copied = self._of_user(handed.origin, written_at, handed.user, handed.body)
        return Prepared(written_at, record.offset, copied)

    def copies(self, record: Record) -> tuple[IntakeOutput, ...]:
        """A record without a user, for every partition of the log."""
        self.account.written[tag_of(record.body)] += 1
        return self._of_all(record)

    def _of_all(self, record: Record) -> tuple[IntakeOutput, ...]:
        value = encode_msgpack(record)
        return tuple(IntakeOutput(USER_LOG, partition, b"", value, ()) for partition in range(self._partitions))

    def _origin(self, source: Input, offset: int) -> Origin:
        topic, partition = source
        return Origin(self._sources.get(topic, topic), partition, offset)

    def _records(self, origin: Origin, written_at: int, user: str, body: Body) -> tuple[IntakeOutput, ...]:
        """What is nobody's own concerns everybody."""
        if user:
            return self._of_user(origin, written_at, user, body)
        return self._of_all(Record(origin, written_at, "", body))

    def _of_user(self, origin: Origin, written_at: int, user: str, body: Body) -> tuple[IntakeOutput, ...]:
        value = encode_msgpack(Record(origin, written_at, user, body))
        return (IntakeOutput(USER_LOG, partition_of(user, self._partitions), user.encode(), value, ()),)

    def _refused(self, source: Input, record: SourceRecord, why: Rejection, now_ms: int) -> Prepared:
        letter = DeadLetter(
            reason=why.reason,
            field=why.field,
            message=why.message,
            origin=self._origin(source, record.offset),
            at=now_ms,
            key=record.key or b"",
            value=record.value or b"",
            headers=record.headers,
        )
        return self._buried(source, record.offset, letter, now_ms)

    def _refused_again(self, source: Input, offset: int, entry: Redrive, why: Rejection, now_ms: int) -> Prepared:
        letter = DeadLetter(
            reason=why.reason,
            field=why.field,
            message=why.message,
            origin=entry.origin,
            at=now_ms,
            key=entry.key,
            value=entry.value,
            headers=entry.headers,
            attempts=entry.attempt,
        )
        return self._buried(source, offset, letter, now_ms)

    def _buried(self, source: Input, offset: int, letter: DeadLetter, now_ms: int) -> Prepared:
        self.account.refused[(source[0], letter.reason)] += 1
        self.floods.refused(source, now_ms)
        output = dead_letter_output(letter)
        return Prepared(0, offset, (IntakeOutput(output.topic, None, output.key, output.value, output.headers),))


def _arrival(timestamp: int, now_ms: int) -> int:
    """When a message came, in ms: its broker time where that is sane, else now."""
    return timestamp if 0 < timestamp <= now_ms else now_ms
