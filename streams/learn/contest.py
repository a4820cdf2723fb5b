"""The champion of a response model and its challengers: side by side on the same decisions, until one is promoted."""

from collections.abc import Sequence

import msgspec

from schemas.closed_decisions import ClosedDecision, Stakes
from schemas.models import Array, Promotion
from streams.features import catalogue
from streams.measure.promotion import Evidence, level_of
from streams.policy.redraw import is_complete, redraw, worth_more
from streams.response.expanded.learner import ExpandedLearner
from streams.response.learner import ALGORITHM as FIRST
from streams.response.learner import Learner, LearnerState, ResponseLearner
from streams.response.progress import Progress, log_loss
from streams.response.served import SERVED

Probabilities = dict[str, float]
"""What each algorithm predicted."""


class ContestState(msgspec.Struct, array_like=True):
    """Who is champion, how many challengers were tested before those of now, what is known of each algorithm.

    The first algorithm's learner has a state of its own; see ``Contest``.
    """

    champion: str = FIRST
    tested: int = 0
    known: dict[str, dict[str, Array]] = {}
    progress: dict[str, Progress] = {}
    evidence: dict[str, Evidence] = {}
    promotion: Promotion | None = None


class Contest:
    """One response model, learned by every algorithm of ``SERVED``; one of them is the champion, which is served.

    ``valued`` tells whether decisions depend on the model, so that a challenger must not make them worse.
    """

    def __init__(self, state: ContestState, first: LearnerState | None, *, valued: bool) -> None:
        self._state, self._valued = state, valued
        self._first = Learner(catalogue.RESPONSE_ROW, first)
        width = len(catalogue.RESPONSE_ROW)
        self._others = {a: ExpandedLearner(a, width, state.known.get(a)) for a in SERVED if a != FIRST}
        self._all: dict[str, ResponseLearner] = {FIRST: self._first, **self._others}
        self._progress = state.progress = {a: state.progress.get(a, Progress()) for a in self._all}
        self._begin(state.evidence)

    @property
    def algorithm(self) -> str:
        """The champion's."""
        return self._state.champion

    @property
    def champion(self) -> ResponseLearner:
        """Its learner."""
        return self._all[self._state.champion]

    @property
    def challengers(self) -> tuple[str, ...]:
        """The other algorithms, in the order in which they are counted."""
        return tuple(algorithm for algorithm in self._all if algorithm != self._state.champion)

    @property
    def promotion(self) -> Promotion | None:
        """How the champion became it; None for the first one."""
        return self._state.promotion

    @property
    def progress(self) -> dict[str, Progress]:
        """How well the challengers predicted what they had not learned."""
        return {name: msgspec.structs.replace(self._progress[name]) for name in self.challengers}

    def leads(self) -> dict[str, float]:
        """By how much each challenger's loss is lower for sure (nats, its confidence sequence's bound); −∞ at first."""
        return {name: one.loss_bound(self._level(name)) for name, one in self._evidence.items()}

    def predict(self, x: Sequence[float]) -> Probabilities:
        """What every algorithm says of a row."""
        return {algorithm: learner.predict_one(x) for algorithm, learner in self._all.items()}

    def judge(self, decision: ClosedDecision, said: Probabilities, label: bool) -> None:
        """Compare what was predicted with the label; the decision is no ghost's."""
        champion = said[self.algorithm]
        loss = log_loss(champion, label)
        weight = 1.0 / (len(decision.propensities) * decision.propensities[decision.action])
        for name, evidence in self._evidence.items():
            evidence.judge(loss, log_loss(said[name], label), weight)
        for name, progress in self._progress.items():
            progress.judge(said[name], label)
        if self._valued and decision.stakes is not None and is_complete(decision):
            self._judge_values(decision, decision.stakes, said)

    def learn(self, x: Sequence[float], label: bool) -> None:
        """Every algorithm learns a label."""
        for learner in self._all.values():
            learner.learn_one(x, label)

    def forget(self) -> None:
        """A drift was found: calibrations give way to the next labels."""
        for learner in self._all.values():
            learner.forget()

    def promote(self, at: int) -> Promotion | None:
        """The promotion that the evidence asks for at log time ``at`` (ms), made; all tests begin anew then.

        Of several challengers it is the one whose loss is lowest.
        """
        ready = [name for name, one in self._evidence.items() if one.is_enough(self._level(name), valued=self._valued)]
        if not ready:
            return None
        best = max(ready, key=lambda name: self._evidence[name].lead)
        self._state.promotion = self._promotion(best, at)
        self._state.tested += len(self.challengers)
        self._state.champion = best
        self._begin({})
        return self._state.promotion

    def state(self) -> tuple[ContestState, LearnerState]:
        """A copy of its state, and of the first algorithm's."""
        known = {name: learner.state() for name, learner in self._others.items()}
        return msgspec.structs.replace(self._state, known=known), self._first.state()

    def _judge_values(self, decision: ClosedDecision, stakes: Stakes, said: Probabilities) -> None:
        before, margin = redraw(decision, stakes, said[self.algorithm]), stakes.amount * stakes.margin_rate
        for name, evidence in self._evidence.items():
            gain = worth_more(decision, before, redraw(decision, stakes, said[name]))
            evidence.judge_value(gain, margin, decision.purchased)

    def _begin(self, evidence: dict[str, Evidence]) -> None:
        """Test the challengers of now, from the evidence there is."""
        self._evidence = self._state.evidence = {name: evidence.get(name, Evidence()) for name in self.challengers}

    def _level(self, name: str) -> float:
        return level_of(self._state.tested + self.challengers.index(name) + 1)

    def _promotion(self, name: str, at: int) -> Promotion:
        evidence, level = self._evidence[name], self._level(name)
        return Promotion(
            algorithm=name,
            instead_of=self.algorithm,
            at=at,
            decisions=evidence.count,
            level=level,
            lead=evidence.lead / evidence.count,
            lead_bound=evidence.loss_bound(level),
            value_bound=evidence.value_bound(level) if self._valued else None,
        )
