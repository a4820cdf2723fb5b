"""One calibrated fraud risk from all detectors, with reasons that a person can check."""

from bisect import bisect_right
from collections.abc import Mapping
from typing import NamedTuple

from streams.fraud.forest import IsolationForest
from streams.fraud.rules import Finding, findings

ANCHORS: tuple[tuple[float, float], ...] = ((0.0, 0.0), (0.9, 0.05), (0.99, 0.4), (0.999, 0.6), (1.0, 0.7))
"""Rank among training rows → risk, straight between. Strange is not guilty: alone the forest stays under 0.7, and its
mean risk over training rows is 5 %, the order of magnitude of abuse that is assumed until labels say otherwise."""

TOLD_FROM = 0.9
"""A rank under which the forest's share of the risk is not worth a reason."""


class Risk(NamedTuple):
    """A risk in [0, 1] and its reasons, strongest first."""

    value: float
    reasons: tuple[str, ...]


def assess(
    values: Mapping[str, float], row: tuple[float, ...], forest: IsolationForest | None, ring: Finding | None = None
) -> Risk:
    """A customer's fraud risk: rules, forest and ring as independent alarms, joined by noisy-or: 1 − Π (1 − riskᵢ).

    ``values`` are fraud features by catalogue name in the catalogue's units, ``row`` is what the detector sees.
    Without a forest the rules stand alone.
    """
    alarms = findings(values)
    if ring is not None:
        alarms.append(ring)
    if forest is not None:
        alarms.append(_strangeness(forest, row))
    innocent = 1.0
    for alarm in alarms:
        innocent *= 1.0 - alarm.risk
    told = sorted([alarm for alarm in alarms if alarm.reason], key=lambda alarm: -alarm.risk)
    return Risk(1.0 - innocent, tuple([alarm.reason for alarm in told]))


def _strangeness(forest: IsolationForest, row: tuple[float, ...]) -> Finding:
    rank = forest.rank(forest.score(row))
    reason = f"unusual behaviour: stranger than {min(rank, 0.999):.1%} of customers" if rank >= TOLD_FROM else ""
    return Finding(_risk_at(rank), reason)


def _risk_at(rank: float) -> float:
    at = min(bisect_right(ANCHORS, (rank, 1.0)), len(ANCHORS) - 1)
    (low, risk), (high, next_risk) = ANCHORS[at - 1], ANCHORS[at]
    return risk + (next_risk - risk) * (rank - low) / (high - low)
