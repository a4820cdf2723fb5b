"""Closed decisions become response models, effects of offers and segments, learned one by one, published at times."""

from collections.abc import Iterable

import msgspec

from schemas.closed_decisions import ClosedDecision
from schemas.models import ModelSnapshot, Promotion
from schemas.origins import Origin
from schemas.topics import CLOSED_DECISIONS
from streams.features import catalogue
from streams.folding import Output
from streams.learn.contest import Contest, ContestState
from streams.learn.drift import DriftState, DriftWatch, drift_totals
from streams.learn.effects import EFFECT, EffectLearning, EffectState
from streams.learn.publishing import publish
from streams.learn.segments import SegmentLearning, SegmentsState
from streams.learn.settings import LearnSettings
from streams.ledger import Ledger, decode_head, encode_head
from streams.models.snapshots import seal
from streams.response.learner import LearnerState
from streams.response.progress import Progress
from streams.response.served import SERVED
from streams.topic_fold import TopicFold
from streams.whole_head import WholeHead

PURCHASE = "purchase"
CLICK = "click"
MODELS = (PURCHASE, CLICK)
MAX_CAMPAIGNS = 1024
"""Campaigns whose closed decisions are counted: the ones that closed any last."""
FARTHEST = 1e3
"""Of what a row holds, which are logarithms, and of depths."""
TRAINS = "closed_decision"
"""What a closed decision counts as that is learned from."""
GHOSTS = ".ghosts"
"""Ends the name under which a model's loss on held-out users stands."""


class _State(msgspec.Struct, array_like=True):
    """Bounded, so it stands whole in the partition head; what learners know is filled in at a cut."""

    ledger: Ledger = msgspec.field(default_factory=Ledger)
    closed: dict[str, int] = {}
    progress: dict[str, Progress] = {}
    learners: dict[str, LearnerState] = {}
    effects: EffectState = msgspec.field(default_factory=EffectState)
    drift: dict[str, DriftState] = {}
    segments: SegmentsState = msgspec.field(default_factory=SegmentsState)
    contests: dict[str, ContestState] = {}


class ResponseLearning(WholeHead, TopicFold[ClosedDecision]):
    """Fold of ``closed-decisions``/0 (see ``streams.folding.Fold``).

    Every decision is predicted before its label is learned; those in quarantine are neither, for their risk was known
    before. Ghosts judge and never train; the click model sees only messages that went out. The effect learner is told
    what the purchase model had predicted. Segments have no labels and learn from ghosts as well. Every
    ``retrain_every`` closed decisions all are published, each from its first label on, segments from their first batch;
    a response model in the form of its champion, and before that it is asked whether a challenger is to be promoted.
    """

    topic = CLOSED_DECISIONS
    kind = ClosedDecision

    def __init__(self, settings: LearnSettings | None = None) -> None:
        self._settings = settings or LearnSettings()
        self._set(_State())

    def losses(self) -> dict[str, tuple[float, float]]:
        """Progressive log loss (model, constant) in nats per model; ``….ghosts`` on held-out users."""
        return {name: progress.losses for name, progress in self._state.progress.items()}

    def progress(self) -> dict[str, Progress]:
        """A copy of the sums behind ``losses``."""
        return {name: msgspec.structs.replace(progress) for name, progress in self._state.progress.items()}

    def calibrations(self) -> dict[str, float]:
        """Positives predicted per positive that came, named as in ``losses``."""
        return {name: progress.calibration for name, progress in self._state.progress.items()}

    def challengers(self) -> dict[str, dict[str, tuple[Progress, float]]]:
        """By model and algorithm: the sums of a challenger, and by how much its loss is lower for sure (nats)."""
        return {
            name: {key: (progress, contest.leads()[key]) for key, progress in contest.progress.items()}
            for name, contest in self._contests.items()
        }

    def promotions(self) -> dict[str, Promotion]:
        """By model how its champion became it; none for the first one."""
        return {name: contest.promotion for name, contest in self._contests.items() if contest.promotion}

    def cut(self) -> bytes:
        """The whole state: there are no entries."""
        for name, contest in self._contests.items():
            self._state.contests[name], self._state.learners[name] = contest.state()
        self._state.effects = self._effects.state()
        self._state.drift = {name: watch.state() for name, watch in self._watches.items()}
        self._state.segments = self._segments.state()
        return encode_head(self._state)

    def restore(self, head: bytes | None, entries: Iterable[tuple[bytes, bytes]]) -> None:
        """Set the state to that of a checkpoint; see ``Fold.restore``."""
        del entries
        self._set(_State() if head is None else decode_head(head, _State))

    def counters(self) -> dict[str, int]:
        """Records taken and dropped, drifts, promotions; these from zero on, so that the first shows as an increase."""
        promotions = {_promotions(name, algorithm): 0 for name in MODELS for algorithm in SERVED}
        return drift_totals(MODELS) | promotions | self._ledger.tallies

    @property
    def _ledger(self) -> Ledger:
        return self._state.ledger

    def _fold_one(self, message: ClosedDecision, offset: int) -> list[Output]:
        if not self._is_taken(message):
            return []
        self._learn(message)
        return self._publish_when_due(offset, message.closed_at)

    def _set(self, state: _State) -> None:
        self._state = state
        self._contests = {
            name: Contest(state.contests.get(name, ContestState()), state.learners.get(name), valued=name == PURCHASE)
            for name in MODELS
        }
        self._effects = EffectLearning(state.effects, self._settings)
        self._watches = {name: DriftWatch(name, state.drift.get(name)) for name in MODELS}
        self._segments = SegmentLearning(state.segments, self._settings.segment_batch)

    def _is_taken(self, decision: ClosedDecision) -> bool:
        ledger = self._ledger
        if not ledger.takes(decision.origin, CLOSED_DECISIONS):
            return False
        kind = _kind(decision, self._settings.quarantine)
        ledger.count(f"records_total|learn|{kind}")
        return kind == TRAINS

    def _learn(self, decision: ClosedDecision) -> None:
        """Campaigns count under their name, whatever the version; what happened in the shadow teaches nothing."""
        if decision.shadow:
            return
        campaign = decision.campaign.partition("@")[0]
        closed = self._state.closed
        closed[campaign] = closed.pop(campaign, 0) + 1
        if len(closed) > MAX_CAMPAIGNS:
            del closed[next(iter(closed))]
        self._ledger.waiting += 1
        self._segments.learn_one(decision.x)
        expected = self._score_then_learn(PURCHASE, decision, decision.purchased)
        if not decision.ghost:
            self._effects.learn(decision, expected)
        if not decision.ghost and _went_out(decision):
            self._score_then_learn(CLICK, decision, decision.clicked)

    def _score_then_learn(self, name: str, decision: ClosedDecision, label: bool) -> float:
        """The prediction made before the label was learned.

        Ghosts come in bursts and buy less: drift is looked for among those whom the model learns from.
        """
        contest = self._contests[name]
        said = contest.predict(decision.x)
        expected = said[contest.algorithm]
        progress = self._state.progress.setdefault(name + GHOSTS if decision.ghost else name, Progress())
        if not decision.ghost:
            for drifted in self._watches[name].judge(expected, progress.base, label):
                self._ledger.count(drifted)
                contest.forget()
            contest.judge(decision, said, label)
            contest.learn(decision.x, label)
        progress.judge(expected, label)
        return expected

    def _publish_when_due(self, offset: int, at: int) -> list[Output]:
        if not self._ledger.is_due(self._settings.retrain_every, self._settings.pause, at):
            return []
        ledger = self._ledger
        for name in MODELS:
            self._promote(name, at)
        ready = [self._snapshot(name, at) for name in MODELS if self._contests[name].champion.learned]
        effects = self._effects.snapshot(ledger.next_version(EFFECT), at)
        ready += [] if effects is None else [effects]
        ready += [self._segments.snapshot(name, ledger.next_version(name), at) for name in self._segments.ready]
        outputs: list[Output] = []
        for n, snapshot in enumerate(ready):
            outputs += publish(snapshot, Origin(CLOSED_DECISIONS, 0, offset, n), at)
        self._ledger.note_published(at, *(snapshot.name for snapshot in ready))
        return outputs

    def _promote(self, name: str, at: int) -> None:
        """A new champion is watched anew: that it errs less is no drift."""
        promotion = self._contests[name].promote(at)
        if promotion is not None:
            self._ledger.count(_promotions(name, promotion.algorithm))
            self._watches[name] = DriftWatch(name)

    def _snapshot(self, name: str, at: int) -> ModelSnapshot:
        contest = self._contests[name]
        snapshot = ModelSnapshot(
            name=name,
            version=self._ledger.next_version(name),
            algorithm=contest.algorithm,
            catalogue=catalogue.VERSION,
            features=catalogue.RESPONSE_ROW,
            arrays=contest.champion.arrays(),
            trained_on=contest.champion.learned,
            trained_until=at,
            closed=dict(self._state.closed),
            promotion=contest.promotion,
        )
        return seal(snapshot)


def _kind(decision: ClosedDecision, quarantine: float) -> str:
    """What it counts as: whoever was too risky at the decision is in quarantine, also if chance let it pass."""
    if not _fits(decision):
        return "closed_decision_unfit"
    risky = decision.pass_probability > 0.0 or decision.risk >= quarantine
    return "closed_decision_quarantined" if risky else TRAINS


def _fits(decision: ClosedDecision) -> bool:
    """Whether this version of the catalogue made its row, its candidates are told of alike, its action had a chance.

    One number that is none would stay in every sum for good, and no worker of ``decide`` would take the model.
    """
    same_row = decision.catalogue == catalogue.VERSION and len(decision.x) == len(catalogue.RESPONSE_ROW)
    count, drawn = len(decision.sent), decision.action
    told = count == len(decision.propensities) == len(decision.depths) and 0 <= drawn < count
    sane = all(abs(value) <= FARTHEST for value in (*decision.x, *decision.depths))
    chances = all(0.0 <= chance <= 1.0 for chance in decision.propensities)
    return same_row and told and sane and chances and decision.propensities[drawn] > 0.0


def _went_out(decision: ClosedDecision) -> bool:
    """A contacting action that reached the customer; a click proves delivery where its report is missing."""
    return decision.sent[decision.action] and (decision.delivered or decision.clicked)


def _promotions(name: str, algorithm: str) -> str:
    return f"promotions_total|{name}|{algorithm}"
