"""A few of those whom the fraud gate refuses pass all the same: the only source of what its mistakes cost."""

from typing import NamedTuple

from msgspec import structs

from schemas.campaigns import Offer
from schemas.decisions import Gate
from streams.ids import unit_interval
from streams.policy.gates import fraud_risk
from streams.policy.point import Point
from streams.state import FoldSettings


class Passed(NamedTuple):
    """The point and its gates as they go on; ``probability`` of passing, 0 where the gates themselves decided."""

    point: Point
    gates: tuple[Gate, ...]
    probability: float


def let_pass(point: Point, gates: tuple[Gate, ...], decision_id: str, settings: FoldSettings) -> Passed:
    """With the share ``pass_share`` let through what the fraud gate alone refused (PROOF rule 14).

    Only offers that take at most ``pass_discount`` off stay: an abuser gains little by it. Where none does, nobody
    passes.
    """
    refused, share = gates[-1], settings.pass_share
    if refused.passed or refused.name != fraud_risk.__name__ or unit_interval("pass", decision_id) >= share:
        return Passed(point, gates, 0.0)
    spec = point.campaign.spec
    offers = tuple([offer for offer in spec.offers if _takes_off(offer) <= settings.pass_discount])
    if not offers:
        return Passed(point, gates, 0.0)
    small = structs.replace(point.campaign, spec=structs.replace(spec, offers=offers))
    said = structs.replace(refused, passed=True, value=f"{refused.value}; let pass by chance, {share:.0%}")
    return Passed(structs.replace(point, campaign=small), (*gates[:-1], said), share)


def _takes_off(offer: Offer) -> float:
    """The most that an offer costs, in minor units; endless for a percentage without a cap."""
    if offer.kind == "percent":
        return float(offer.cap or "inf")
    return float(offer.value) if offer.kind == "amount" else 0.0
