"""Short logs told record by record, for one customer at a time."""

from typing import Any

from msgspec import structs

from schemas.campaigns import Campaign, When
from schemas.closed_decisions import ClosedDecision
from schemas.codec import decode_json, decode_msgpack, encode_msgpack
from schemas.decisions import Decision
from schemas.models import ModelSnapshot
from schemas.origins import Origin
from schemas.records import (
    Body,
    CampaignsActivated,
    ConsentChanged,
    ModelActivated,
    OutcomeTaken,
    Record,
    WatermarkReached,
)
from schemas.topics import CLOSED_DECISIONS, DECISIONS, EVENT_SOURCES, TRIGGERS
from schemas.triggers import Trigger
from streams.fold import DecideFold
from streams.folding import LogRecord, Output
from streams.models.store import ModelStore
from streams.profiles.user import User
from streams.state import FoldSettings
from tests.making.events import taken
from tests.making.logs import CART, MINUTE, POLICIES, START, campaign, opening

EVERYBODY = FoldSettings(coupon_key=bytes(32), global_holdout=0.0)
"""Nobody is held out of the programme."""


def on_favourite(name: str = "liked", **changes: Any) -> Campaign:
    """A campaign that decides at every favourite, for everybody, without a holdout or a limit of its own."""
    made = structs.replace(campaign(name, When(event="favourite"), per_user=None), **changes)
    return structs.replace(made, experiment=structs.replace(made.experiment, holdout=0.0))


ON_CART = structs.replace(CART, experiment=structs.replace(CART.experiment, holdout=0.0))
"""The campaign with a timer, without a holdout."""


class Story:
    """A log of one partition. ``at`` is its time in ms; what is told happens then unless it says otherwise."""

    def __init__(self, *campaigns: Campaign, settings: FoldSettings = EVERYBODY, clock: str = "source") -> None:
        self.at = START
        self.models = ModelStore()
        self.fold = DecideFold(0, settings, self.models)
        self.outputs: list[Output] = []
        self._offset = 0
        self._add(opening(clock=clock))
        self.say("", CampaignsActivated(campaigns, POLICIES, by="test", reason="test"))

    def say(self, user: str, body: Body) -> None:
        """One more record."""
        self._add(Record(Origin("story", 0, self._offset), self.at, user, body))

    def activates(self, snapshot: ModelSnapshot) -> None:
        """A version of a model is published and comes into force."""
        self.models.add(snapshot)
        self.say("", ModelActivated(snapshot.name, snapshot.version, snapshot.sha256))

    def happens(self, user: str, kind: str, occurred_at: int = 0, **fields: Any) -> None:
        """An event with an id of its own."""
        event = taken(kind, occurred_at or self.at, **fields)
        self.say(user, structs.replace(event, event_id=f"e{self._offset}"))

    def consents(self, user: str, occurred_at: int = 0, **channels: bool) -> None:
        """A word on channels."""
        self.say(user, ConsentChanged(f"r{self._offset}", occurred_at or self.at, channels))

    def reports(self, trigger: Trigger, status: str, occurred_at: int = 0) -> None:
        """The delivery service on a trigger."""
        body = OutcomeTaken(f"x{self._offset}", trigger.trigger_id, status, occurred_at or self.at, "", False, -1)
        self.say(trigger.user, body)

    def waits(self, minutes: int) -> None:
        """Time passes, and every source has been read."""
        self.at += minutes * MINUTE
        self.reads(self.at)

    def reads(self, until: int) -> None:
        """Every source has been read until then."""
        for source in EVENT_SOURCES:
            body = WatermarkReached(source, {0: until}, 1)
            self._add(Record(Origin(f"watermark/{source}", 0, self._offset), self.at, "", body))

    def sends(self, kind: str = "favourite", user: str = "u") -> Trigger:
        """Repeat an event of consenting customers (user, user1, …) until a message goes out."""
        for number in range(50):
            token = f"{user}{number or ''}"
            self.consents(token, push=True, sms=True)
            self.happens(token, kind)
            mine = [trigger for trigger in self.triggers() if trigger.user == token]
            if mine:
                return mine[-1]
        raise AssertionError("nobody was sent anything")

    def user(self, token: str) -> User:
        """A profile."""
        found = self.fold.users.get(token)
        assert found is not None
        return found

    def triggers(self, kind: str = "send") -> list[Trigger]:
        """All triggers of a kind."""
        made = [decode_json(output.value, Trigger) for output in self.outputs if output.topic == TRIGGERS]
        return [trigger for trigger in made if trigger.kind == kind]

    def decisions(self) -> list[Decision]:
        """All decisions."""
        return [decode_json(output.value, Decision) for output in self.outputs if output.topic == DECISIONS]

    def closed(self) -> list[ClosedDecision]:
        """All closings."""
        return [decode_msgpack(o.value, ClosedDecision) for o in self.outputs if o.topic == CLOSED_DECISIONS]

    def _add(self, record: Record) -> None:
        log = LogRecord(self._offset, record.written_at, record.user.encode(), encode_msgpack(record))
        self._offset += 1
        self.fold.fold((log,), self.outputs)
        assert not self.fold.state.poisoned
