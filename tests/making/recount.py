"""An independent count of cart timers and gate results, straight from the records of a log: no code of the fold.

It knows one campaign with a timer and reads the log as anyone could: records in order, duplicates by origin and by
event id dropped, the clock the greatest event time so far, timers due once every source was read that far. What was
(or would have been) sent it takes from the decisions, because that is chance; what the gates say it works out itself.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from schemas.campaigns import Campaign, ContactPolicy
from schemas.codec import decode_record
from schemas.decisions import Decision
from schemas.records import ConsentChanged, EventTaken, Record, WatermarkReached


class Recount(NamedTuple):
    """Due timers as (user, opening event, moment) and how often each gate refused at them."""

    due: list[tuple[str, str, int]]
    refusals: Counter[str]


class Recounter:
    """Counts one partition for one campaign with a timer whose *who* asks for something in the cart."""

    def __init__(self, campaign: Campaign, policy: ContactPolicy, decisions: Iterable[Decision]) -> None:
        self._campaign = campaign
        self._limits = policy.limits
        self._made = {(d.user, d.campaign, d.opened_by.event_id, d.decided_at): d for d in decisions}
        self._drawn = [d for d in self._made.values() if d.result != "refused"]
        self._by_user: dict[str, list[Decision]] = defaultdict(list)
        for decision in sorted(self._drawn, key=lambda d: (d.origin.offset, d.origin.n)):
            self._by_user[decision.user].append(decision)
        self._now = 0
        self._marks: dict[str, dict[int, int]] = defaultdict(dict)
        self._origins: dict[tuple[str, int], tuple[int, int]] = {}
        self._recent: dict[str, list[str]] = defaultdict(list)
        self._waiting: dict[str, tuple[int, str]] = {}
        self._carts: dict[str, dict[str, int]] = defaultdict(dict)
        self._consent: dict[str, dict[str, bool]] = defaultdict(dict)
        self.result = Recount([], Counter())

    def read(self, values: Iterable[bytes]) -> Recount:
        """Count a whole partition."""
        for value in values:
            record = decode_record(value)
            if self._is_new(record):
                self._now = max(self._now, record.written_at)
                self._apply(record)
        return self.result

    def _is_new(self, record: Record) -> bool:
        origin = record.origin
        key, place = (origin.source, origin.partition), (origin.offset, origin.n)
        if place <= self._origins.get(key, (-1, -1)):
            return False
        self._origins[key] = place
        return True

    def _apply(self, record: Record) -> None:
        body: Any = record.body
        if isinstance(body, WatermarkReached):
            for partition, reached in body.reached.items():
                marks = self._marks[body.source]
                marks[partition] = max(marks.get(partition, 0), reached)
        self._fire()
        if isinstance(body, ConsentChanged):
            self._consent[record.user].update(body.channels)
        elif isinstance(body, EventTaken) and body.event_id not in self._recent[record.user]:
            self._recent[record.user] = [*self._recent[record.user], body.event_id][-32:]
            self._event(record.user, body)

    def _fire(self) -> None:
        if len(self._marks) < 3:
            return
        fresh = min(self._now, *(reached for marks in self._marks.values() for reached in marks.values()))
        due = sorted((at, user, event) for user, (at, event) in self._waiting.items() if at <= fresh)
        for at, user, event in due:
            del self._waiting[user]
            self.result.due.append((user, event, self._now))
            gate = self._refusing_gate(user, at)
            if gate:
                self.result.refusals[gate] += 1

    def _event(self, user: str, event: EventTaken) -> None:
        when, cart = self._campaign.when, self._carts[user]
        if event.type in when.unless:
            self._waiting.pop(user, None)
        if event.type == "purchase":
            for line in event.lines:
                cart.pop(line.item, None)
        if event.type == when.event:
            cart[event.item] = cart.pop(event.item, 0) + event.quantity
            while len(cart) > 32:
                del cart[next(iter(cart))]
            if self._now - event.occurred_at <= when.max_event_age:
                self._waiting[user] = (self._now + when.wait, event.event_id)

    def _refusing_gate(self, user: str, due: int) -> str:
        """The first gate that says no, in the documented order; fraud is left to its own tests."""
        spec, now = self._campaign, self._now
        before = [d for d in self._by_user[user] if d.decided_at < now]
        own = [d.decided_at for d in before if d.campaign == spec.ref and d.action != "none"]
        sent = [d.decided_at for d in before if d.result == "sent"]
        if now - due > spec.when.max_event_age:
            return "timely"
        if not any(self._consent[user].get(channel) for channel in spec.channels):
            return "consent"
        if spec.per_user and sum(now - at < spec.per_user.window for at in own) >= spec.per_user.count:
            return "per_user"
        if any(sum(now - at < limit.window for at in sent) >= limit.count for limit in self._limits):
            return "contact_policy"
        return "" if sum(self._carts[user].values()) >= 1 else "eligibility"
