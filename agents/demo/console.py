"""What the demo shows: calm lines as things happen, and totals; a live footer where there is a terminal."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.text import Text

from agents.simulation.account import Account, Kind, Sight

_STYLE: dict[Kind, str] = {
    "trigger": "green",
    "revoke": "yellow",
    "refused": "red",
    "learned": "magenta",
    "model": "bold magenta",
    "outcome": "cyan",
    "fraud": "bold red",
    "dead letter": "bold red",
}
_ALWAYS: frozenset[Kind] = frozenset({"learned", "model"})
_PAUSE = 2.0
"""Seconds between two lines of a kind; the first of each kind is always shown."""
_KINDS_APART = 0.25
_TOTALS_EVERY = 10.0


class Stage:
    """Shows at most one line of a kind every second and a half, so that it can be read while it happens."""

    def __init__(self, console: Console | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console or Console(stderr=True, highlight=False)
        self._clock = clock
        self._live: Live | None = None
        self._account = Account()
        self._shown: dict[Kind, float] = {}
        self._last = 0.0
        self._started = self._totals = self._clock()
        self.firsts: dict[Kind, float] = {}
        self.elapsed = 0.0
        """Seconds from the shop's opening to the last look at it."""

    @contextmanager
    def following(self, account: Account) -> Iterator[None]:
        """Show this account's totals while it lasts."""
        self._account = account
        if self._console.is_terminal:
            self._live = Live(console=self._console, refresh_per_second=4, transient=True)
            self._live.start()
        try:
            yield
        finally:
            if self._live is not None:
                self._live.stop()

    def open(self) -> None:
        """The shop opens: from here on times are shown since then."""
        self._started = self._totals = self._clock()

    def say(self, sentence: str) -> None:
        """A step of the demo itself."""
        self._console.print(Text(f"• {sentence}", style="bold"), soft_wrap=True)

    def show(self, sight: Sight | None) -> None:
        """Something happened; shown unless its kind was shown just now."""
        if sight is None:
            return
        now = self._clock()
        self.firsts.setdefault(sight.kind, round(now - self._started, 1))
        if not self._has_room(sight.kind, now):
            return
        self._shown[sight.kind] = self._last = now
        line = Text(f"{now - self._started:6.1f} s  ")
        line.append(f"{sight.kind:<8}", style=_STYLE[sight.kind]).append(f"  {sight.text}")
        self._console.print(line, soft_wrap=True)

    def refresh(self) -> None:
        """Bring the totals up to date."""
        now = self._clock()
        self.elapsed = round(now - self._started, 1)
        totals = f"{self.elapsed:6.1f} s  totals    {self._account.totals()}"
        if self._live is not None:
            self._live.update(Text(totals, style="reverse"))
        elif now - self._totals >= _TOTALS_EVERY:
            self._totals = now
            self._console.print(totals, soft_wrap=True, markup=False)

    def _has_room(self, kind: Kind, now: float) -> bool:
        if kind not in self._shown or kind in _ALWAYS:
            return True
        return now - self._shown[kind] >= _PAUSE and now - self._last >= _KINDS_APART
