"""Timers of one partition: the truth is in each user's record, this is only the index."""

from heapq import heapify, heappop, heappush, heapreplace

from streams.profiles.user import MAX_OPEN, MAX_TIMERS, MAX_WAIT_BYTES, Timer, User
from streams.users import Users

FRESH = ("wait:", "close:")
"""Timers that mean "did not happen": they wait until every source has been read that far."""


WAIT = "wait:"
ALWAYS = 2
"""Timers besides waits and windows: of idleness, and of a linked visitor's history."""
OVERHEAD = 24
"""Bytes of a wait besides its texts."""


class TimerIndex:
    """Due times in order (due, token, name): of every timer one entry that is due no later than the timer.

    A timer that is set anew for later leaves its entry alone, one that is dropped leaves it behind (``_loose``): an
    entry that comes up is put in again for when its timer is due by now. So the index grows with timers, not with how
    often they are set, and what is taken in a turn is bounded too.
    """

    def __init__(self, users: Users) -> None:
        self._users = users
        self._loose: dict[tuple[str, str], int] = {}
        self._fresh: list[tuple[int, str, str]] = []
        self._clock: list[tuple[int, str, str]] = []

    def set(self, token: str, user: User, name: str, timer: Timer) -> bool:
        """Set or move a timer of a user that is being changed; False if there is no room for it."""
        before = user.timers.get(name)
        if not _has_room(user, name, timer):
            return False
        user.timers[name] = timer
        listed = self._loose.pop((token, name), None) if before is None else before.due
        if listed is None or timer.due < listed:
            heappush(self._heap(name), (timer.due, token, name))
        return True

    def drop(self, token: str, user: User, name: str) -> None:
        """Take a timer off a user that is being changed, if it is set."""
        timer = user.timers.pop(name, None)
        if timer is not None:
            self._loose[token, name] = timer.due

    def has_come(self, fresh_until: int, now: int) -> bool:
        """Whether ``next_due`` is worth asking: cheap, before every record."""
        fresh, clock = self._fresh, self._clock
        if fresh and fresh[0][0] <= fresh_until:
            return True
        return clock[0][0] <= now if clock else False

    def next_due(self, fresh_until: int, now: int) -> tuple[str, str, Timer] | None:
        """Take the next timer that may fire, those that need freshness first; None if there is none."""
        return self._take(self._fresh, fresh_until) or self._take(self._clock, now)

    def first_on_clock(self) -> int | None:
        """When (ms) the next timer that needs only the clock is due."""
        self._settle_first(self._clock)
        return self._clock[0][0] if self._clock else None

    def rebuild(self) -> None:
        """Make the index anew from the users."""
        self._fresh, self._clock, self._loose = [], [], {}
        for token, user in self._users:
            for name, timer in user.timers.items():
                self._heap(name).append((timer.due, token, name))
        heapify(self._fresh)
        heapify(self._clock)

    def _heap(self, name: str) -> list[tuple[int, str, str]]:
        return self._fresh if name.startswith(FRESH) else self._clock

    def _take(self, heap: list[tuple[int, str, str]], until: int) -> tuple[str, str, Timer] | None:
        self._settle_first(heap)
        if not heap or heap[0][0] > until:
            return None
        _, token, name = heappop(heap)
        return token, name, self._users.change(token).timers.pop(name)

    def _settle_first(self, heap: list[tuple[int, str, str]]) -> None:
        """Make the first entry that of a timer that is due just then. How many go is no part of the fold's state."""
        while heap:
            due, token, name = heap[0]
            timer = self._timer(token, name)
            if timer is not None and timer.due == due:
                return
            if timer is not None and timer.due > due:
                heapreplace(heap, (timer.due, token, name))
                continue
            heappop(heap)
            if timer is None:
                self._loose.pop((token, name), None)

    def _timer(self, token: str, name: str) -> Timer | None:
        user = self._users.get(token)
        return user.timers.get(name) if user else None


def _has_room(user: User, name: str, timer: Timer) -> bool:
    """Waits leave room for every window and what there always is: what never closed would block the user for good."""
    others = [known for known in user.timers if known != name]
    if not name.startswith(WAIT):
        return len(others) < MAX_TIMERS
    waits = [known for known in others if known.startswith(WAIT)]
    size = sum(_size(known, user.timers[known]) for known in waits) + _size(name, timer)
    return len(others) < MAX_TIMERS - MAX_OPEN - ALWAYS and size <= MAX_WAIT_BYTES


def _size(name: str, timer: Timer) -> int:
    texts = (name, timer.event_id, timer.event_type, timer.item, timer.category)
    return OVERHEAD + sum(len(text.encode()) for text in texts)
