"""How good the messages of one source are, field by field: what ``promostream validate`` shows."""

from collections import Counter
from hashlib import blake2b

import msgspec

from schemas.records import EventTaken
from schemas.topics import CLICKS
from streams.intake.adapters import Headers
from streams.intake.fields import LATEST, MAX_AHEAD, UNKNOWN
from streams.intake.taking import Taken, Taker
from streams.intake.tokens import Tokens
from streams.intake.validation import Rejection

LATE = 3_600_000
"""So far (ms) behind the newest before it, an event counts as late."""
BOT_RATE = 300
"""Events of one user within a minute, beyond which a person is unlikely."""
MINUTE = 60_000
MOST_REMEMBERED = 5_000_000
"""Events, and users, among which repeats are recognised: about 0.5 GB."""
NO_KEY = bytes(64)
ORDERS = ("purchase", "refund")
WITHOUT_ITEM = ("search", *ORDERS)


class FieldQuality(msgspec.Struct):
    """Of the events that should have a field: how many do and do not; how many were repaired, or refused for it.

    ``example`` is the first refusal's sentence, with the place of its message.
    """

    present: int = 0
    missing: int = 0
    repaired: int = 0
    refused: int = 0
    example: str = ""


class Quality(msgspec.Struct):
    """The account of a source; ``read`` is ``taken`` and those in ``refused`` (by reason). Times in ms since 1970.

    Taken ones may be ``repaired``, ``late`` (an hour behind the newest before them), ``ahead`` (over a day after they
    were read: only a log that runs on the events' own time takes them), ``duplicates`` (the user's same event id again)
    or ``bot_like`` (over 300 events of one user in a minute).
    """

    read: int = 0
    taken: int = 0
    repaired: int = 0
    late: int = 0
    duplicates: int = 0
    bot_like: int = 0
    ahead: int = 0
    users: int = 0
    first: int = 0
    last: int = 0
    types: dict[str, int] = {}
    refused: dict[str, int] = {}
    fields: dict[str, FieldQuality] = {}

    def field(self, name: str) -> FieldQuality:
        """A field's own account."""
        return self.fields.setdefault(name, FieldQuality())


class Examiner:
    """Reads messages as intake does at ``now`` (ms; None: at any time) and keeps the account; writes nothing."""

    def __init__(self, now: int | None = None) -> None:
        self._latest = LATEST if now is None else now + MAX_AHEAD
        self._taker = Taker(Tokens(NO_KEY))
        self._seen: set[bytes] = set()
        self._minutes: dict[str, tuple[int, int]] = {}
        self._types: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self.quality = Quality()

    def message(self, place: str, value: bytes, headers: Headers = (), topic: str = CLICKS) -> None:
        """One message; ``place`` is where a person finds it: "line 7", "offset 12 of partition 3"."""
        taken = self._taker.take(topic, value, headers, None)
        if isinstance(taken, Rejection):
            self.refuse(place, taken)
            return
        self.quality.read += 1
        self.quality.taken += 1
        if isinstance(taken.body, EventTaken):
            self._event(taken, taken.body)

    def refuse(self, place: str, why: Rejection) -> None:
        """A message that is not taken."""
        self.quality.read += 1
        self._refused[why.reason] += 1
        own = self.quality.field(why.field or "(whole message)")
        own.refused += 1
        own.example = own.example or f"{place}: {why.message}"

    def finish(self) -> Quality:
        """The account, most frequent first."""
        self.quality.types = dict(self._types.most_common())
        self.quality.refused = dict(self._refused.most_common())
        self.quality.users = len(self._minutes)
        return self.quality

    def _event(self, taken: Taken, event: EventTaken) -> None:
        quality = self.quality
        self._types[event.type] += 1
        quality.repaired += bool(event.repaired)
        for name in event.repaired:
            quality.field(_without_number(name)).repaired += 1
        for name, there in _expected(event).items():
            own = quality.field(name)
            own.present, own.missing = own.present + there, own.missing + (not there)
        if taken.time > self._latest:  # it would make everything after it look late
            quality.ahead += 1
        else:
            quality.late += taken.time < quality.last - LATE
            quality.first = min(quality.first or taken.time, taken.time)
            quality.last = max(quality.last, taken.time)
        self._of_user(taken.user, taken.time // MINUTE, event.event_id)

    def _of_user(self, user: str, minute: int, event_id: str) -> None:
        """Repeats, and more than a person does."""
        digest = blake2b(f"{user} {event_id}".encode(), digest_size=8).digest()
        self.quality.duplicates += digest in self._seen
        if len(self._seen) < MOST_REMEMBERED:
            self._seen.add(digest)
        known, count = self._minutes.get(user, (minute, 0))
        count = count + 1 if known == minute else 1
        self.quality.bot_like += count > BOT_RATE
        if user in self._minutes or len(self._minutes) < MOST_REMEMBERED:
            self._minutes[user] = (minute, count)


def _expected(event: EventTaken) -> dict[str, bool]:
    """The fields that an event of this type should have, by their public names, and whether they are there."""
    kind = event.type
    found = {"session_id": bool(event.session), "device_id": bool(event.device), "source": event.source != "unknown"}
    if kind in ORDERS:
        found["lines.price"] = event.amount != UNKNOWN
        found["lines.category"] = all(line.category for line in event.lines)
        found["address_hash"] = bool(event.address)
    if kind not in WITHOUT_ITEM:
        found |= {"item_id": bool(event.item), "category": bool(event.category), "price": event.price != UNKNOWN}
    return found


def _without_number(field: str) -> str:
    """``lines[3].price`` as ``lines.price``."""
    head, bracket, rest = field.partition("[")
    return head + rest.partition("]")[2] if bracket else field
