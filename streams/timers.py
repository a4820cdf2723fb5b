"""Timers of one partition: the truth is in each user's record, this is only the index."""

from heapq import heapify, heappop, heappush

from streams.profiles.user import MAX_OPEN, MAX_TIMERS, Timer, User
from streams.users import Users

FRESH = ("wait:", "close:")
"""Timers that mean "did not happen": they wait until every source has been read that far."""


class TimerIndex:
    """Due times in order (due, token, name). An entry whose user says otherwise by now is skipped."""

    def __init__(self, users: Users) -> None:
        self._users = users
        self._fresh: list[tuple[int, str, str]] = []
        self._clock: list[tuple[int, str, str]] = []

    def set(self, token: str, user: User, name: str, timer: Timer) -> bool:
        """Set or move a timer of a user that is being changed; False if there are too many.

        Waits leave room for every window and for idleness: a window that never closed would block the user for good.
        """
        most = MAX_TIMERS - MAX_OPEN - 1 if name.startswith("wait:") else MAX_TIMERS
        if name not in user.timers and len(user.timers) >= most:
            return False
        user.timers[name] = timer
        heappush(self._heap(name), (timer.due, token, name))
        return True

    def has_come(self, fresh_until: int, now: int) -> bool:
        """Whether ``next_due`` is worth asking: cheap, before every record."""
        fresh, clock = self._fresh, self._clock
        return (bool(fresh) and fresh[0][0] <= fresh_until) or (bool(clock) and clock[0][0] <= now)

    def next_due(self, fresh_until: int, now: int) -> tuple[str, str, Timer] | None:
        """Take the next timer that may fire, those that need freshness first; None if there is none."""
        return self._take(self._fresh, fresh_until) or self._take(self._clock, now)

    def first_on_clock(self) -> int | None:
        """When (ms) the next timer that needs only the clock is due."""
        self._drop_stale(self._clock)
        return self._clock[0][0] if self._clock else None

    def rebuild(self) -> None:
        """Make the index anew from the users."""
        self._fresh, self._clock = [], []
        for token, user in self._users:
            for name, timer in user.timers.items():
                self._heap(name).append((timer.due, token, name))
        heapify(self._fresh)
        heapify(self._clock)

    def _heap(self, name: str) -> list[tuple[int, str, str]]:
        return self._fresh if name.startswith(FRESH) else self._clock

    def _take(self, heap: list[tuple[int, str, str]], until: int) -> tuple[str, str, Timer] | None:
        while heap and heap[0][0] <= until:
            due, token, name = heappop(heap)
            timer = self._live(due, token, name)
            if timer is not None:
                del self._users.change(token).timers[name]
                return token, name, timer
        return None

    def _drop_stale(self, heap: list[tuple[int, str, str]]) -> None:
        while heap and self._live(*heap[0]) is None:
            heappop(heap)

    def _live(self, due: int, token: str, name: str) -> Timer | None:
        user = self._users.get(token)
        timer = user.timers.get(name) if user else None
        return timer if timer is not None and timer.due == due else None
