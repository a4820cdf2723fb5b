"""Closed decisions become the effects of offers by kind of campaign, each around the prior of its kind."""

import msgspec

from schemas.closed_decisions import ClosedDecision
from schemas.models import Array, ModelSnapshot
from streams.features import catalogue
from streams.learn.settings import LearnSettings
from streams.models.snapshots import seal
from streams.response.effect.compiled import ALGORITHM
from streams.response.effect.kind_learner import Dose, KindLearner
from streams.response.effect.offer_effect import NOTHING
from streams.response.prior_effects import Effect, prior

EFFECT = "effect"
MAX_KINDS = 16
"""Kinds of campaigns whose effects are learned; there are nine, and a message may name any."""


class EffectState(msgspec.Struct, array_like=True):
    """Closed decisions seen; by kind the arrays of its learner, filled at a cut."""

    seen: int = 0
    kinds: dict[str, dict[str, Array]] = {}


class EffectLearning:
    """The effect learner's part of ``ResponseLearning``: all campaigns of a kind together.

    The first ``effect_after`` closed decisions are left to the purchase model alone; what was learned of a kind is
    served from ``effect_least`` of its decisions on.
    """

    def __init__(self, state: EffectState, settings: LearnSettings) -> None:
        self._seen, self._settings = state.seen, settings
        columns = len(catalogue.RESPONSE_ROW)
        self.learners = {kind: KindLearner(columns, arrays) for kind, arrays in state.kinds.items()}

    def learn(self, decision: ClosedDecision, expected: float) -> None:
        """A decision that is no ghost's, with P(purchase) as it was predicted before its label was learned."""
        self._seen += 1
        if self._seen <= self._settings.effect_after:
            return
        if decision.kind not in self.learners and len(self.learners) < MAX_KINDS:
            self.learners[decision.kind] = KindLearner(len(catalogue.RESPONSE_ROW))
        learner = self.learners.get(decision.kind)
        if learner is not None:
            learner.learn_one(decision.x, dose(decision), expected, decision.purchased)

    def state(self) -> EffectState:
        """A copy of its state."""
        return EffectState(self._seen, {kind: learner.state() for kind, learner in self.learners.items()})

    def snapshot(self, version: int, at: int) -> ModelSnapshot | None:
        """The kinds that are ready as one sealed version, learned up to ``at`` (ms of log time); None before any is."""
        least = self._settings.effect_least
        ready = {kind: learner for kind, learner in self.learners.items() if learner.sums.rows >= least}
        if not ready:
            return None
        arrays = {
            f"{kind}.{name}": array
            for kind, learner in ready.items()
            for name, array in learner.arrays(prior(kind)).items()
        }
        made = ModelSnapshot(
            name=EFFECT,
            version=version,
            algorithm=ALGORITHM,
            catalogue=catalogue.VERSION,
            features=catalogue.RESPONSE_ROW,
            arrays=arrays,
            trained_on=sum(learner.sums.rows for learner in ready.values()),
            trained_until=at,
        )
        return seal(made)


def dose(decision: ClosedDecision) -> Dose:
    """What was drawn, and what the propensities let expect; what is not sent has no depth."""
    actions = zip(decision.sent, decision.depths, strict=True)
    doses = [Effect(1.0, depth) if sent else NOTHING for sent, depth in actions]
    weighed = list(zip(decision.propensities, doses, strict=True))
    sent, depth = sum(p * one.sent for p, one in weighed), sum(p * one.depth for p, one in weighed)
    return Dose(doses[decision.action], Effect(sent, depth))
