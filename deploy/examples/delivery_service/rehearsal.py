"""This service without a broker: the desk on a clock that the messages set, for the conformance cases and tests."""

from collections.abc import Callable, Sequence

from deploy.examples.delivery_service.carrying_out import carry_out
from deploy.examples.delivery_service.contract import Outcome, Trigger, Unreadable, read_trigger
from deploy.examples.delivery_service.desk import Answer, Desk, State, Step


class Rehearsal:
    """One run; ``states`` and ``outcomes`` survive it, as disk and topic do."""

    def __init__(self, provider: Callable[[str, int], str], states: dict[str, State] | None = None) -> None:
        self.states: dict[str, State] = {} if states is None else states
        self.outcomes: list[Outcome] = []
        self._provider = provider
        self._now = 0
        self.desk = Desk(self.states.get, lambda: 0.5)

    def read(self, value: bytes, now: int) -> None:
        """Let time pass until ``now``, then read one message."""
        self.pass_until(now)
        self._now = now
        try:
            self._do(self.desk.take(read_trigger(value), now))
        except Unreadable:
            return

    def pass_until(self, end: float) -> None:
        """Make every attempt that is due before ``end``, each at its time."""
        while self.desk.waiting and (due := min(w.due for w in self.desk.waiting.values())) < end:
            self._now = max(self._now, due)
            self._do(self.desk.due(self._now))

    def _do(self, steps: list[Step]) -> None:
        carry_out(
            steps,
            self.desk,
            remember=lambda step: self.states.update({step.key: step.state}),
            report=self.outcomes.append,
            send=self._ask,
            clock=lambda: self._now,
        )

    def _ask(self, trigger: Trigger, now: int) -> Answer:
        said = self._provider(trigger.trigger_id, now)
        if said == "delivered":
            return Answer("delivered", provider_id="p-1", cost=2, currency="CNY")
        return Answer("busy") if said == "busy" else Answer("failed", said)


def consume(messages: Sequence[tuple[int, bytes]], provider: Callable[[str, int], str]) -> list[bytes]:
    """The consumer function that the conformance check asks for."""
    run = Rehearsal(provider)
    for now, value in messages:
        run.read(value, now)
    run.pass_until(float("inf"))
    return [outcome.encode() for outcome in run.outcomes]
