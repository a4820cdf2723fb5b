"""``decide`` and its peers in turn on one broker and one topic, round after round."""

from collections.abc import Callable
from statistics import median

from agents.settings import Settings
from tests.benchmarks.broker import publish, remove
from tests.benchmarks.contestants import CONTESTANTS, DECIDE, Contestant, running
from tests.benchmarks.figures import Row, Speed
from tests.benchmarks.pace import Stuck, follow
from tests.benchmarks.peers_environment import PeerUnavailable
from tests.benchmarks.shop_log import ShopLog

Say = Callable[[str], None]


class Comparison:
    """Speeds by contestant and round; who could not be measured, and why."""

    def __init__(self, contestants: tuple[Contestant, ...] = CONTESTANTS) -> None:
        self._contestants = contestants
        self.speeds: dict[str, dict[int, Speed]] = {contestant.name: {} for contestant in contestants}
        self.reasons: dict[str, str] = {}

    def run(self, log: ShopLog, address: str, name: str, rounds: int, say: Say) -> None:
        """Measure everybody in every round; who begins changes from round to round."""
        for number in range(rounds):
            settings = publish(log, address, f"{name}{number}")
            if number == 0:
                self._warm_up(settings, log.events)
            first = number % len(self._contestants)
            for contestant in self._contestants[first:] + self._contestants[:first]:
                if contestant.name not in self.reasons:
                    self._measure(contestant, settings, log.events, number)
            remove(settings)
            found = ((who, speeds[number]) for who, speeds in self.speeds.items() if number in speeds)
            rates = ", ".join(f"{who} {speed.events_per_second:,.0f}" for who, speed in found)
            say(f"round {number + 1} of {rounds}, events/s: {rates}")

    def rows(self) -> list[Row]:
        """A row per contestant."""
        return [self._row(contestant) for contestant in self._contestants]

    def _warm_up(self, settings: Settings, events: int) -> None:
        """A run that does not count: a broker that has just started answers the first reader slowly."""
        with running(self._contestants[-1], settings) as started:
            follow(started.process, started.done, events, started.log)

    def _measure(self, contestant: Contestant, settings: Settings, events: int, number: int) -> None:
        try:
            with running(contestant, settings) as started:
                speed = follow(started.process, started.done, events, started.log)
        except (PeerUnavailable, Stuck) as failed:
            if contestant.name == DECIDE:
                raise
            self.reasons[contestant.name] = str(failed)
        else:
            self.speeds[contestant.name][number] = speed

    def _row(self, contestant: Contestant) -> Row:
        name, ours, theirs = contestant.name, self.speeds[DECIDE], self.speeds[contestant.name]
        if name in self.reasons or not theirs:
            return Row(name, contestant.persists, reason=self.reasons.get(name, "no round"))
        pairs = [(ours[number], speed) for number, speed in theirs.items()]
        ratio = median(mine.events_per_second / other.events_per_second for mine, other in pairs)
        cpu_ratio = median(other.cpu_us_per_event / mine.cpu_us_per_event for mine, other in pairs)
        return Row(name, contestant.persists, _middle(list(theirs.values())), ratio, cpu_ratio)


def _middle(speeds: list[Speed]) -> Speed:
    ranked = sorted(speeds, key=lambda speed: speed.events_per_second)
    return ranked[len(ranked) // 2]
