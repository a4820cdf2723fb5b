"""``assess policy``: what a target policy would have earned on a log, or why the log cannot say."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec
import numpy as np

from streams.arrays import Floats
from streams.assess.refusals import SURE_Z, Refusal, broken_rules, contradiction
from streams.assess.rewards import Decisions, cross_fitted
from streams.assess.targets import Target
from streams.measure.off_policy import (
    Estimate,
    Logged,
    Support,
    doubly_robust,
    estimate,
    inverse_propensity,
    self_normalised,
    support,
)

FEW_REWARDS = 30
ROUNDING = 1e-9
"""Gains that are no more, in parts of the largest reward, are none."""
NOTABLE = 0.05
"""Share of the rows by which an action's 1/p may miss their number."""


class Valued(msgspec.Struct, frozen=True):
    """The target's reward per decision by one estimator, and how much more it is than what was earned."""

    value: Estimate
    gain: Estimate


class PolicyAssessment(msgspec.Struct, frozen=True):
    """All figures of ``assess policy``; ``estimates`` holds ips, snips and doubly_robust, and nothing where refused."""

    rows: int
    users: int
    actions: int
    rewarded: int
    on_policy: Estimate
    support: Support
    refused: bool
    refusals: list[Refusal]
    estimates: dict[str, Valued]
    notes: list[str]


class Asked(NamedTuple):
    """Decisions in the order of time, ``propensities`` (n) with which their actions were drawn, and the target."""

    decisions: Decisions
    propensities: Floats
    target: Target


def assess_policy(asked: Asked, progress: Callable[[int], None] = lambda _: None) -> PolicyAssessment:
    """Estimate the target's value three ways, unless the log does not carry it: then nothing is claimed."""
    decisions = asked.decisions
    log = Logged(decisions.rewards, asked.target.logged / asked.propensities, decisions.users)
    found = support(log)
    refusals = broken_rules(found, asked.target.nowhere)
    estimates: dict[str, Valued] = {}
    if not refusals:
        scores = _scores(asked, log, progress)
        refusals = contradiction(scores["doubly_robust"] - scores["ips"], log)
        estimates = {} if refusals else {name: _valued(own, log) for name, own in scores.items()}
    return PolicyAssessment(
        rows=len(log.rewards),
        users=int(log.users.max()) + 1,
        actions=int(decisions.actions.max()) + 1,
        rewarded=int(np.count_nonzero(log.rewards)),
        on_policy=estimate(log.rewards, log.users),
        support=found,
        refused=bool(refusals),
        refusals=refusals,
        estimates=estimates,
        notes=_notes(asked, log),
    )


def _scores(asked: Asked, log: Logged, progress: Callable[[int], None]) -> dict[str, Floats]:
    expected = cross_fitted(asked.decisions, asked.target, progress=progress)
    return {
        "ips": inverse_propensity(log),
        "snips": self_normalised(log),
        "doubly_robust": doubly_robust(log, expected.of_logged, expected.of_target),
    }


def _valued(scores: Floats, log: Logged) -> Valued:
    gains = scores - log.rewards
    some = np.abs(gains).max(initial=0.0) > ROUNDING * np.abs(log.rewards).max(initial=0.0)
    gain = estimate(gains, log.users) if some else Estimate(0.0, 0.0, 0.0, 0.0)
    return Valued(estimate(scores, log.users), gain)


def _notes(asked: Asked, log: Logged) -> list[str]:
    notes = list[str]()
    rewarded = int(np.count_nonzero(log.rewards))
    if rewarded < FEW_REWARDS:
        notes.append(f"only {rewarded} rows have a reward: not even what was earned is certain")
    if asked.target.shares is None and asked.target.chosen is None:
        notes.append("only the target's word on logged actions is known: the reward model sees the row without them")
    return [*notes, *_unlikely_actions(asked)]


def _unlikely_actions(asked: Asked) -> list[str]:
    """Σ 1{a}/p estimates the number of rows where the action could be drawn, so it should be near all of them."""
    actions, count = asked.decisions.actions, len(asked.propensities)
    inverse = 1.0 / asked.propensities
    sums, squares = np.bincount(actions, inverse), np.bincount(actions, inverse**2)
    error = np.sqrt(np.maximum(squares - sums**2 / count, 1.0))
    off = (np.abs(sums / count - 1.0) > NOTABLE) & (np.abs(sums - count) > SURE_Z * error)
    off &= np.bincount(actions) >= FEW_REWARDS
    if not off.any():
        return []
    told = (
        f"for {int(off.sum())} of {len(sums)} actions 1/p does not sum up to the number of rows: they could not always "
        "be drawn, or these are not their propensities"
    )
    return [told]
