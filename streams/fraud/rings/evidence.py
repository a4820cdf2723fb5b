"""How much sharing speaks for a ring: what ties accounts, what only adds to it, and what is no evidence at all."""

from collections.abc import Mapping
from math import exp2

from schemas.fraud import EntityKind
from streams.ids import short_hash

CROWD: dict[EntityKind, int] = {"device": 16, "address": 8, "payment": 16, "referral": 16}
"""Shared by more accounts, an entity is a public one, such as an office's address or a kiosk, and says nothing."""

WEIGHT: dict[EntityKind, float] = {"device": 1.0, "address": 0.5, "payment": 1.0, "referral": 5.5}
"""What every account but the first that shares an entity adds to the evidence: households share addresses too.

A referral counts only where who gave it and who redeemed it are tied already, and then it says nearly all."""

STRONG: tuple[EntityKind, ...] = ("device", "payment")
"""Kinds that tie two accounts by themselves."""

FREE = 2.0
"""So much a couple comes to that shares tablet, card and address, nearly."""

HALVES = 1.5
"""So much more evidence halves the chance that the accounts are several people's."""

MOST_CERTAIN = 0.99


def referral_of(user: str) -> int:
    """The entity that everybody has who redeemed what an account (a token) gave."""
    return short_hash(f"referral:{user}")


def evidence(shared: Mapping[EntityKind, tuple[int, ...]]) -> float:
    """The weight of sharing in a group: ``shared`` has, by kind, how many of its accounts use each entity."""
    return sum(WEIGHT[kind] * sum(count - 1 for count in counts) for kind, counts in shared.items())


def score(weight: float) -> float:
    """The chance, in [0, 0.99], that a group with so much evidence is one person's."""
    return min(1.0 - exp2((FREE - weight) / HALVES), MOST_CERTAIN) if weight > FREE else 0.0
