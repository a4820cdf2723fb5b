"""Intake, decide and the topic ``redrives`` in memory: with crashes, with people who redrive, with time."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from agents.errors import Refused
from agents.redriving.carrying_out import carry_out
from schemas.codec import decode_json, encode_json, encode_msgpack
from schemas.dead_letters import DeadLetter
from schemas.decisions import Decision
from schemas.events import Event
from schemas.origins import Origin
from schemas.records import CampaignsActivated, Record
from schemas.redrives import Redrive
from schemas.topics import CLICKS, DEAD_LETTERS, DECISIONS, REDRIVES, USER_LOG
from streams.fold import DecideFold
from streams.folding import LogRecord, Output
from streams.intake.choosing import Selection, Tally
from streams.intake.fold import IntakeFold, IntakeOutput, IntakeSettings, SourceRecord
from streams.intake.tokens import Tokens
from streams.models.store import ModelStore
from tests.making.logs import MINUTE, POLICIES, START, opening
from tests.making.stories import EVERYBODY, on_favourite

DAY = 1440 * MINUTE
KEY = bytes(range(32))
TOKENS = Tokens(KEY)


class Shelf:
    """What stands on ``redrives``, and who may add to it."""

    def __init__(self) -> None:
        self.entries: list[tuple[int, Redrive]] = []
        self.owner = 0


class MemoryBook:
    """The book of one who redrives: opening it shuts the others out, as Kafka does."""

    def __init__(self, shelf: Shelf, clock: Callable[[], int]) -> None:
        self._shelf = shelf
        self._clock = clock
        self._owner = -1

    def open(self) -> None:
        """As promised by ``Book``."""
        self._shelf.owner += 1
        self._owner = self._shelf.owner

    def read(self) -> Iterator[Redrive]:
        """As promised by ``Book``."""
        yield from [entry for _, entry in self._shelf.entries]

    def add(self, entries: Sequence[Redrive]) -> None:
        """As promised by ``Book``."""
        if self._owner != self._shelf.owner:
            raise Refused("another redrive has begun")
        self._shelf.entries += [(self._clock(), entry) for entry in entries]


class Shop:
    """A topic of clicks, each of a user of its own, and what becomes of them; ``now`` in ms."""

    def __init__(self) -> None:
        self.now = START
        self.shelf = Shelf()
        self.letters: list[DeadLetter] = []
        self.outputs: list[Output] = []
        self.decide = DecideFold(0, EVERYBODY, ModelStore())
        self._clicks: list[SourceRecord] = []
        self._read = {CLICKS: 0, REDRIVES: 0}
        self._log = 0
        self._intake = self._new_intake()
        self._append(encode_msgpack(opening()))
        campaigns = CampaignsActivated((on_favourite(),), POLICIES, by="test", reason="test")
        self._append(encode_msgpack(Record(Origin("operator", 0, 1), self.now, "", campaigns)))

    # ------------------------------------------------------------------ what happens
    def publish(self, ahead: int = 0, **changes: object) -> str:
        """A favourite that claims to be ``ahead`` ms in the future; its user."""
        user = f"u-{len(self._clicks)}"
        told = {"event_id": f"e-{user}", "type": "favourite", "occurred_at": self.now + ahead, "user_id": user}
        value = encode_json(Event(**(told | changes)))  # type: ignore[arg-type]  # the test may make it wrong
        self._clicks.append(SourceRecord(len(self._clicks), self.now, user.encode(), value, (("trace", b"7"),)))
        return user

    def take_in(self, most: int = 1000) -> None:
        """Intake reads so many messages of each topic, and decide what it wrote."""
        for topic, records in ((CLICKS, self._clicks), (REDRIVES, self._redrives())):
            some = records[self._read[topic] : self._read[topic] + most]
            self._read[topic] += len(some)
            self._write(self._intake.fold(topic, 0, some, self.now))

    def crash(self, back: int) -> None:
        """Intake starts again so many messages before where it was: they were not committed."""
        self._read = {topic: max(0, at - back) for topic, at in self._read.items()}
        self._intake = self._new_intake()

    def redrive(
        self,
        chosen: Callable[[DeadLetter], bool] = lambda _: True,
        limit: int | None = None,
        at_a_time: int = 1000,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> Tally | None:
        """Redrive what is chosen; None if somebody else took over. ``meanwhile`` happens before each letter."""
        letters = [letter for letter in self.letters if chosen(letter)]
        book = MemoryBook(self.shelf, lambda: self.now)
        try:
            return carry_out(
                _while(letters, meanwhile), book, Selection(until=self.now), limit, lambda _: None, at_a_time
            )
        except Refused:
            return None

    # ------------------------------------------------------------------ what became of it
    def counted(self, user: str) -> int:
        """How many events the user's profile has."""
        profile = self.decide.users.get(TOKENS.token(user))
        return profile.events if profile else 0

    def decided(self) -> set[str]:
        """The ids of the events that opened a decision point."""
        made = [decode_json(output.value, Decision) for output in self.outputs if output.topic == DECISIONS]
        return {decision.opened_by.event_id for decision in made}

    def counters(self) -> dict[str, int]:
        """Intake's totals since its last start."""
        return self._intake.counters()

    def _new_intake(self) -> IntakeFold:
        return IntakeFold(IntakeSettings(token_key=KEY, partitions=1, epoch="e1"))

    def _redrives(self) -> list[SourceRecord]:
        stood = enumerate(self.shelf.entries)
        return [SourceRecord(n, at, b"", encode_msgpack(entry)) for n, (at, entry) in stood]

    def _write(self, outputs: Iterable[IntakeOutput]) -> None:
        for output in outputs:
            if output.topic == DEAD_LETTERS:
                self.letters.append(decode_json(output.value, DeadLetter))
            elif output.topic == USER_LOG:
                self._append(output.value)

    def _append(self, value: bytes) -> None:
        self.decide.fold((LogRecord(self._log, self.now, b"", value),), self.outputs)
        self._log += 1


def _while(letters: Iterable[DeadLetter], meanwhile: Callable[[], None]) -> Iterator[DeadLetter]:
    for letter in letters:
        meanwhile()
        yield letter
