"""Whose a profile is and how long it lives: its beginning, what it is told, linking, erasure, idleness."""

from schemas.records import AttributesTold, ConsentChanged, ErasureRequested, HistoryHanded, IdentityLinked, Record
from schemas.topics import HANDOVERS
from streams.campaigns.active import WAIT
from streams.outputs import Writer
from streams.points import Points
from streams.profiles.attributes import learn
from streams.profiles.consent import hear
from streams.profiles.erasures import ERASED_FOR, covers, note
from streams.profiles.linking import hand_over, take_over
from streams.profiles.observing import DAY, SESSION_PAUSE
from streams.profiles.user import Timer, User
from streams.rings import Rings
from streams.state import FoldSettings, PartitionState
from streams.timers import TimerIndex
from streams.users import Users

IDLE = "idle:"
"""The timer that every profile has."""
HAND = "hand:"
"""The timer of a linked visitor who did something since: the history follows when the session is over."""


class Identities:
    """Profiles as such, of one partition; what is in them is the affair of others."""

    def __init__(
        self,
        state: PartitionState,
        users: Users,
        timers: TimerIndex,
        points: Points,
        rings: Rings,
        writer: Writer,
        settings: FoldSettings,
    ) -> None:
        self._state = state
        self._users = users
        self._timers = timers
        self._points = points
        self._rings = rings
        self._writer = writer
        self._idle_after = settings.idle_after

    def begin(self, token: str, user: User, occurred_at: int) -> bool:
        """The first that is heard of a user that is being changed; False if it is of before an erasure: none begins."""
        if covers(self._state.erased, token, occurred_at):
            self._users.remove(token)
            self._state.count("after_erasure_total")
            return False
        self._stay(token, user)
        return True

    def hear_consent(self, token: str, consent: ConsentChanged) -> None:
        """A customer's word on channels."""
        user = self._told(token, consent.occurred_at)
        if user is not None:
            for channel, allowed in consent.channels.items():
                hear(user, channel, consent.occurred_at, allowed=allowed)

    def learn_attributes(self, token: str, told: AttributesTold) -> None:
        """The platform's word on a customer."""
        user = self._told(token, told.occurred_at)
        if user is not None:
            user.told = learn(user.told, told)

    def link(self, token: str, linked: IdentityLinked) -> None:
        """The visitor's history leaves for the customer's partition; what comes later follows. The newest link holds.

        The link may be heard before the events, for no order is promised between topics: a visitor who was never seen
        is waited for a day.
        """
        waits = self._idle_after if self._users.get(token) else min(DAY, self._idle_after)
        user = self._users.change(token)
        self._timers.set(token, user, IDLE, Timer(self._state.now + waits))
        if linked.occurred_at < user.linked_at:
            return
        user.linked, user.linked_at = linked.customer, linked.occurred_at
        self._hand_over(token, user)

    def hand_later(self, token: str, user: User) -> None:
        """A linked visitor, who is being changed, did something."""
        self._timers.set(token, user, HAND, Timer(self._state.now + SESSION_PAUSE))

    def hand_on(self, token: str, what: str, timer: Timer) -> None:
        """What a linked visitor did follows the history, unless the session goes on."""
        del what, timer
        user = self._users.change(token)
        over = user.last_seen + SESSION_PAUSE
        if over > self._state.now:
            self._timers.set(token, user, HAND, Timer(over))
        else:
            self._hand_over(token, user)

    def take_over(self, token: str, handed: HistoryHanded) -> None:
        """A visitor's history arrives."""
        old = self._state.now - handed.linked_at > ERASED_FOR
        if old and self._users.get(token) is None:
            self._state.count("after_erasure_total")  # nobody can tell any more why the customer is unknown
            return
        user = self._told(token, handed.linked_at)
        if user is not None:
            take_over(user, handed.history)
            self._rings.report_devices(token, user, handed.history.devices)

    def erase(self, token: str, request: ErasureRequested) -> None:
        """Forget a customer, here and among rings; what is not out yet is called back."""
        note(self._state.erased, token, request.occurred_at)
        self._rings.forget(token)
        if self._users.get(token) is None:
            return
        user = self._users.change(token)
        for opened in user.open:
            self._points.revoke(token, opened, "customer erased")
        for name in list(user.timers):
            self._timers.drop(token, user, name)
        self._users.remove(token)

    def leave(self, token: str, what: str, timer: Timer) -> None:
        """An idle user leaves; one who came back meanwhile is looked at again later."""
        del what, timer
        user = self._users.change(token)
        due = user.last_seen + self._idle_after
        if due > self._state.now or user.open:
            later = due if due > self._state.now else self._state.now + DAY
            self._timers.set(token, user, IDLE, Timer(later))
        else:
            self._users.remove(token)

    def _hand_over(self, token: str, user: User) -> None:
        if not user.events:
            return
        for name in [name for name in user.timers if name == HAND or name.startswith(WAIT)]:
            self._timers.drop(token, user, name)
        handed = HistoryHanded(self._state.epoch, hand_over(user), user.linked_at)
        self._stay(token, user)
        record = Record(self._writer.origin(), self._state.now, user.linked, handed)
        self._writer.put(HANDOVERS, user.linked, record, event="history.handed")

    def _told(self, token: str, occurred_at: int) -> User | None:
        """Whom something is told of, to be changed; None if it was told before an erasure."""
        if covers(self._state.erased, token, occurred_at):
            self._state.count("after_erasure_total")
            return None
        user = self._users.change(token)
        self._stay(token, user)
        return user

    def _stay(self, token: str, user: User) -> None:
        """From now on it takes as long as ever until idleness is looked at: what was just told is not idle."""
        self._timers.set(token, user, IDLE, Timer(self._state.now + self._idle_after))
