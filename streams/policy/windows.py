"""The window of a decision: opened when it is drawn, filled by outcomes and purchases, closed by a timer."""

from schemas.closed_decisions import ClosedDecision
from schemas.origins import Origin
from schemas.records import EventTaken, OutcomeTaken
from streams.policy.deciding import Decided
from streams.policy.limits import forget, remember
from streams.policy.point import Point
from streams.policy.value import discount_of
from streams.profiles.user import MAX_CAMPAIGNS, OpenDecision, User, keep_newest

REACHED = ("delivered", "opened", "clicked", "dismissed", "unsubscribed", "complained")
NOT_REACHED = ("failed", "expired", "suppressed", "revoked")
REFUSING = ("unsubscribed", "complained")


def open_window(user: User, point: Point, decided: Decided, coupon: str) -> OpenDecision:
    """Remember a drawn decision in the profile; a would-send counts against the limits and enrols the user."""
    decision, action, spec, now = decided.decision, decided.action, point.campaign.spec, point.view.now
    if action is None:
        raise ValueError("a refused decision has no window")
    would_send = action.offer is not None
    sent = decision.result == "sent"
    if would_send:
        remember(user, spec.name, now, sent=sent)
        user.messages += sent
    opened = OpenDecision(
        id=decision.decision_id,
        once_key=decision.once_key,
        campaign=spec.ref,
        kind=spec.kind,
        ghost=decision.result == "ghost" or point.held_out,
        sent=sent,
        channel=action.channel or "",
        action=decided.drawn,
        propensities=tuple(candidate.propensity for candidate in decision.candidates),
        depths=tuple(candidate.depth for candidate in decision.candidates),
        contacts=tuple(bool(candidate.offer) for candidate in decision.candidates),
        x=decided.row,
        opened_at=now,
        expires_at=now + spec.content.expires_after,
        margin_rate=spec.margin_rate,
        offer_kind=action.offer.kind if action.offer else "",
        offer_value=action.offer.value if action.offer else 0,
        offer_cap=action.offer.cap if action.offer else 0,
        coupon=coupon,
        first=would_send and _enrols(user, spec.ref, now),
        cost=action.cost if sent else 0,
    )
    user.open.append(opened)
    return opened


def _enrols(user: User, campaign: str, now: int) -> bool:
    """Whether this would-send is the user's first of the campaign version; only stable ids enrol."""
    if not user.stable or campaign in user.enrolled:
        return False
    user.enrolled[campaign] = now
    keep_newest(user.enrolled, MAX_CAMPAIGNS)
    return True


def find(user: User, trigger_id: str) -> OpenDecision | None:
    """The open decision that a trigger belongs to."""
    return next((opened for opened in user.open if opened.id == trigger_id), None)


def apply_outcome(user: User, opened: OpenDecision, outcome: OutcomeTaken) -> None:
    """What the delivery service says of a trigger: limits heal when the customer was not reached."""
    if outcome.status in NOT_REACHED and opened.status not in NOT_REACHED:
        forget(user, opened.campaign.partition("@")[0], opened.opened_at)
        opened.cost = 0
    if outcome.cost >= 0:
        opened.cost = outcome.cost
    if outcome.status == "clicked" and not opened.clicked:
        opened.clicked = True
        user.message_clicks += 1
    if outcome.status in REFUSING:
        user.consent[opened.channel] = False
    opened.status = outcome.status


def attribute(user: User, event: EventTaken) -> None:
    """Book a purchase or a refund in every open window (intent to treat)."""
    amount = max(event.amount, 0)
    for opened in user.open:
        if event.type == "refund":
            opened.revenue -= amount
            continue
        opened.purchased = True
        opened.revenue += amount
        if event.coupon and event.coupon == opened.coupon:
            opened.discount += round(discount_of(opened.offer_kind, opened.offer_value, opened.offer_cap, amount))


def close_window(
    user: User, opened: OpenDecision, token: str, origin: Origin, now: int, catalogue: str
) -> ClosedDecision:
    """Take the decision out of the profile; margin is net of realised discounts, refunds and message cost."""
    user.open.remove(opened)
    return ClosedDecision(
        origin=origin,
        decision_id=opened.id,
        user=token,
        campaign=opened.campaign,
        kind=opened.kind,
        ghost=opened.ghost,
        channel=opened.channel,
        action=opened.action,
        propensities=opened.propensities,
        depths=opened.depths,
        sent=opened.contacts,
        x=opened.x,
        catalogue=catalogue,
        opened_at=opened.opened_at,
        closed_at=now,
        delivered=opened.sent and opened.status in REACHED,
        clicked=opened.clicked,
        purchased=opened.purchased,
        revenue=opened.revenue,
        margin=round(opened.revenue * opened.margin_rate) - opened.discount - opened.cost,
        first=opened.first,
    )
