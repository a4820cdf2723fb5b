"""What another policy would have earned, from logged decisions: estimators with intervals clustered by user."""

from typing import NamedTuple

import msgspec
import numpy as np

from streams.arrays import Floats, Ints

NORMAL = 1.959964
"""The 97.5 % quantile of the normal distribution."""
FEWEST_USERS = 10
"""Under this nobody knows how much users differ."""
SURELY_MISSING = 2.0
LEAST_BEND, LEAST_DIFFERENCE = 1e-6, 1e-12


class Logged(NamedTuple):
    """Logged decisions: ``rewards`` (n), ``weights`` (n), ``users`` (n, codes from 0 without a gap).

    A weight is the target's probability of the logged action over the probability it was drawn with.
    """

    rewards: Floats
    weights: Floats
    users: Ints


class Estimate(msgspec.Struct, frozen=True):
    """Reward per decision, its 95 % interval, and the standard error that users as clusters give it."""

    value: float
    low: float
    high: float
    standard_error: float


class Support(msgspec.Struct, frozen=True):
    """How far a log carries a target.

    Weights average 1 where every action of the target could be drawn: ``unsupported_mass`` is what is missing, if it
    is more than two standard errors; ``mean_weight_z`` counts these. ``effective_sample_size`` is Kish's (Σw)²/Σw²;
    ``weighted_conversions`` the same of w·|reward|, so at most the number of rewards that are not zero;
    ``largest_user_share`` of the weight is one user's; ``half_period_z`` is by how many standard errors the values
    of the first half and the second differ.
    """

    mean_weight: float
    mean_weight_z: float
    unsupported_mass: float
    effective_sample_size: float
    weighted_conversions: float
    largest_user_share: float
    half_period_z: float


def inverse_propensity(log: Logged) -> Floats:
    """Scores (n) whose mean is the target's value: rewards weighted. Source: Horvitz and Thompson (1952)."""
    return log.weights * log.rewards


def self_normalised(log: Logged) -> Floats:
    """Scores (n) whose mean is the weighted rewards over the weights' sum; their spread is the linearised one.

    Source: Swaminathan and Joachims (2015), The self-normalized estimator for counterfactual learning.
    """
    mean = float(log.weights.mean())
    value = float((log.weights * log.rewards).mean()) / mean
    return value + log.weights * (log.rewards - value) / mean


def doubly_robust(log: Logged, of_logged: Floats, of_target: Floats) -> Floats:
    """Scores (n) whose mean is a reward model's value of the target, corrected by weighted residuals.

    ``of_logged`` (n) is what a model that has not seen the row expects of the logged action, ``of_target`` (n) what
    it expects under the target. Right where the propensities or the model are. Source: Dudík, Langford and Li (2011).
    """
    return of_target + log.weights * (log.rewards - of_logged)


def estimate(scores: Floats, users: Ints) -> Estimate:
    """The mean of ``scores`` (n) with an interval that takes users (n) as independent, their rows as not.

    It is Student's, bent by the skewness of the users' sums: rare rewards and large weights are skewed. Where all
    scores are alike, or users fewer than ``FEWEST_USERS``, nothing is known of it: it is infinite.
    Source: Hall (1992), On the removal of skewness by transformation.
    """
    value, groups = float(scores.mean()), int(users.max()) + 1
    if groups < FEWEST_USERS:
        return Estimate(value, -np.inf, np.inf, np.inf)
    sums = np.bincount(users, scores - value, groups)
    error = float(np.sqrt((sums**2).sum() * groups / (groups - 1.0))) / len(scores)
    if error <= LEAST_DIFFERENCE * abs(value):
        return Estimate(value, -np.inf, np.inf, 0.0)
    skewness = float((sums**3).mean() / (sums**2).mean() ** 1.5)
    quantile = _student(groups - 1)
    low, high = (value - error * _bent(sign * quantile, skewness, groups) for sign in (1.0, -1.0))
    return Estimate(value, low, high, error)


def support(log: Logged) -> Support:
    """How far the log carries the target; its rows are in the order of time."""
    total, mass = float(log.weights.sum()), estimate(log.weights, log.users)
    z = _in_errors(mass.value - 1.0, mass.standard_error)
    return Support(
        mean_weight=mass.value,
        mean_weight_z=z,
        unsupported_mass=1.0 - mass.value if z < -SURELY_MISSING else 0.0,
        effective_sample_size=_effective(log.weights),
        weighted_conversions=_effective(log.weights * np.abs(log.rewards)),
        largest_user_share=float(np.bincount(log.users, log.weights).max()) / total if total else 1.0,
        half_period_z=half_period_z(log),
    )


def half_period_z(log: Logged) -> float:
    """First half's self-normalised value less the second's, in standard errors clustered by user; 0 if unknown."""
    cut, scores = len(log.weights) // 2, np.zeros(len(log.weights))
    difference = 0.0
    for half, sign in ((slice(0, cut), 1.0), (slice(cut, None), -1.0)):
        total = float(log.weights[half].sum())
        if total <= 0.0:
            return 0.0
        value = float((log.weights[half] * log.rewards[half]).sum()) / total
        scores[half] = sign * log.weights[half] * (log.rewards[half] - value) / total
        difference += sign * value
    return _in_errors(difference, float(np.sqrt((np.bincount(log.users, scores) ** 2).sum())))


def _in_errors(difference: float, error: float) -> float:
    if abs(difference) < LEAST_DIFFERENCE:
        return 0.0
    return difference / error if error > 0.0 else float(np.copysign(np.inf, difference))


def _effective(values: Floats) -> float:
    squares = float((values**2).sum())
    return float(values.sum()) ** 2 / squares if squares else 0.0


def _student(freedom: int) -> float:
    """The 97.5 % quantile of Student's t (Abramowitz and Stegun 26.7.5), to 1e-3 from nine degrees of freedom on."""
    z = NORMAL
    return z + (z**3 + z) / (4.0 * freedom) + (5.0 * z**5 + 16.0 * z**3 + 3.0 * z) / (96.0 * freedom**2)


def _bent(quantile: float, skewness: float, count: int) -> float:
    """The studentised mean whose transformed value is ``quantile``."""
    bend = skewness / (3.0 * np.sqrt(count))
    if abs(bend) < LEAST_BEND:
        return quantile
    return float((np.cbrt(1.0 + 3.0 * bend * (quantile - bend / 2.0)) - 1.0) / bend)
