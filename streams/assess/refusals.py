"""When a log does not carry a target: the rules, what was found, and what is said of it."""

from typing import NamedTuple

import msgspec

from streams.arrays import Floats
from streams.measure.off_policy import Logged, Support, estimate

SURE_Z = 4.0
"""Standard errors from which a contradiction is not chance."""


class Refusal(msgspec.Struct, frozen=True):
    """A rule that the log breaks: what was found, what is allowed, and both as a sentence."""

    rule: str
    found: float
    allowed: float
    told: str


class Rule(NamedTuple):
    """What must be ``least`` or at most ``allowed``; ``told`` is a sentence with places for both."""

    name: str
    allowed: float
    told: str
    least: bool = False

    def broken(self, found: float) -> bool:
        """Whether the log breaks it."""
        return found < self.allowed if self.least else found > self.allowed


RULES = (
    Rule(
        "unsupported_mass", 0.05, "{found:.1%} of what the target does could hardly be drawn, more than {allowed:.0%}"
    ),
    Rule(
        "mean_weight",
        1.05,
        "weights average {found:.2f}, and 1 with right propensities: check that they are those of the logged actions",
    ),
    Rule(
        "effective_sample_size",
        1_000.0,
        "the effective sample size is {found:,.0f}, under {allowed:,.0f}: the log is too short for this target, or too "
        "unlike it",
        least=True,
    ),
    Rule(
        "weighted_conversions",
        50.0,
        "{found:.1f} effective conversions, fewer than {allowed:.0f}: too few rewards carry the estimate",
        least=True,
    ),
    Rule("largest_user_share", 0.05, "one user has {found:.1%} of the weight, more than {allowed:.0%}"),
    Rule(
        "half_period_z",
        3.0,
        "the halves differ by {found:.1f} standard errors, more than {allowed:.0f}: what was logged did not stay true",
    ),
    Rule(
        "doubly_robust_z",
        3.0,
        "a reward model moves the value by {found:.1f} standard errors: a feature is a consequence of the action (name "
        "those known before it with --features), or the propensities are wrong",
    ),
)


def broken_rules(found: Support, nowhere: float = 0.0) -> list[Refusal]:
    """The rules that a log breaks; ``nowhere`` is the target's share on actions that the log has nowhere."""
    return _refusals(
        {
            "unsupported_mass": max(found.unsupported_mass, nowhere),
            "mean_weight": found.mean_weight if found.mean_weight_z > SURE_Z else 1.0,
            "effective_sample_size": found.effective_sample_size,
            "weighted_conversions": found.weighted_conversions,
            "largest_user_share": found.largest_user_share,
            "half_period_z": abs(found.half_period_z),
        }
    )


def contradiction(differences: Floats, log: Logged) -> list[Refusal]:
    """With right propensities, and features from before the action, a reward model changes no mean.

    ``differences`` (n) are doubly robust scores less those of inverse propensity.
    """
    found = estimate(differences, log.users)
    return _refusals({"doubly_robust_z": abs(found.value) / found.standard_error if found.standard_error else 0.0})


def _refusals(values: dict[str, float]) -> list[Refusal]:
    return [
        Refusal(
            rule.name, values[rule.name], rule.allowed, rule.told.format(found=values[rule.name], allowed=rule.allowed)
        )
        for rule in RULES
        if rule.name in values and rule.broken(values[rule.name])
    ]
