"""The window of a decision: opened when it is drawn, filled by outcomes and purchases, closed by a timer."""

from schemas.closed_decisions import ClosedDecision
from schemas.decisions import Decision
from schemas.origins import Origin
from schemas.records import EventTaken, OutcomeTaken
from streams.catalogue.items import Items
from streams.catalogue.margins import margin_of
from streams.policy.arms import enrolment
from streams.policy.deciding import Decided
from streams.policy.limits import forget, recall, remember
from streams.policy.point import Point
from streams.policy.value import Action, discount_of
from streams.profiles import habits
from streams.profiles.consent import hear
from streams.profiles.user import (
    MAX_CAMPAIGNS,
    MAX_ENDED,
    MOST_MONEY,
    EndedMessage,
    OpenDecision,
    User,
    keep_newest,
    mark,
)

REACHED = ("delivered", "opened", "clicked", "dismissed", "unsubscribed", "complained")
NOT_REACHED = ("failed", "expired", "suppressed", "revoked")
REFUSING = ("unsubscribed", "complained")


def open_window(user: User, point: Point, decided: Decided, coupon: str) -> OpenDecision:
    """Remember a drawn decision in the profile; a would-send counts against the limits and enrols the user.

    Nobody enrols in the shadow, and the programme's holdout is no arm of a campaign: it gets nothing from any.
    """
    action, sent = decided.action, decided.decision.result == "sent"
    if action is None:
        raise ValueError("a refused decision has no window")
    first = False
    if action.offer is not None:
        remember(user, point.campaign.spec.name, point.view.now, sent=sent)
        user.messages += sent
        if sent:
            user.answers = habits.messaged(user.answers, action.channel or "")
        first = _enrols(user, point, decided.decision)
    opened = _opened(point, decided, action, coupon, first=first)
    user.open.append(opened)
    return opened


def _opened(point: Point, decided: Decided, action: Action, coupon: str, *, first: bool) -> OpenDecision:
    decision, spec, now = decided.decision, point.campaign.spec, point.view.now
    sent, shadow = decision.result == "sent", decision.mode == "shadow"
    return OpenDecision(
        id=decision.decision_id,
        once_key=decision.once_key,
        campaign=spec.ref,
        kind=spec.kind,
        ghost=point.held_out or shadow,
        sent=sent,
        channel=action.channel or "",
        action=decided.drawn,
        propensities=tuple([candidate.propensity for candidate in decision.candidates]),
        depths=tuple([candidate.depth for candidate in decision.candidates]),
        contacts=tuple([bool(candidate.offer) for candidate in decision.candidates]),
        x=decided.row,
        opened_at=now,
        expires_at=now + spec.content.expires_after,
        margin_rate=spec.margin_rate,
        offer=action.offer,
        coupon=coupon,
        first=first,
        cost=action.cost if sent else 0,
        shadow=shadow,
        programme=point.programme,
        risk=decision.risk,
        pass_probability=decision.pass_probability,
        stakes=decided.stakes,
    )


def _enrols(user: User, point: Point, decision: Decision) -> bool:
    """Whether this would-send is the user's first of the campaign's experiment; only stable ids enrol.

    Whoever was too risky before is excluded, also where chance let the decision pass.
    """
    if not user.stable or point.programme or decision.mode == "shadow" or decision.pass_probability:
        return False
    experiment = enrolment(point.campaign.spec, point.view.now)
    key = mark(experiment)
    if not experiment or key in user.enrolled:
        return False
    user.enrolled[key] = point.view.now
    keep_newest(user.enrolled, MAX_CAMPAIGNS)
    return True


def find(user: User, trigger_id: str) -> OpenDecision | None:
    """The open decision that a trigger belongs to."""
    return next((opened for opened in user.open if opened.id == trigger_id), None)


def apply_outcome(user: User, message: OpenDecision | EndedMessage, outcome: OutcomeTaken) -> None:
    """What the delivery service says of a trigger, its window open or not.

    Limits heal when the customer was not reached, and count again when a later attempt succeeds; repeats and reports
    out of order change nothing.
    """
    before, message.status = message.status, _merged(message.status, outcome.status)
    if message.status in NOT_REACHED and before not in NOT_REACHED:
        forget(user, message.campaign.partition("@")[0], message.opened_at)
        user.messages -= 1
        user.answers = habits.unmessaged(user.answers, message.channel)
        if isinstance(message, OpenDecision):
            message.cost = 0
    elif before in NOT_REACHED and message.status in REACHED:
        recall(user, message.campaign.partition("@")[0], message.opened_at)
        user.messages += 1
        user.answers = habits.messaged(user.answers, message.channel)
    if outcome.cost >= 0 and isinstance(message, OpenDecision):
        message.cost = outcome.cost
    if outcome.status == "clicked" and not message.clicked:
        message.clicked = True
        user.message_clicks += 1
        user.answers = habits.clicked(user.answers, message.channel)
    if outcome.status in REFUSING:
        hear(user, message.channel, max(outcome.occurred_at, message.opened_at), allowed=False)


def _merged(known: str, reported: str) -> str:
    """Acceptance says nothing new after anything else, and who was reached stays reached."""
    if (reported == "accepted" and known) or (reported in NOT_REACHED and known in REACHED):
        return known
    return reported


def refuse_all(user: User, outcome: OutcomeTaken) -> None:
    """A refusal of a message that nobody remembers: better silent on every channel than unwanted."""
    for channel in user.consent:
        hear(user, channel, max(outcome.occurred_at, user.consent_at.get(channel, 0)), allowed=False)


def predates(event: EventTaken, opened: OpenDecision) -> bool:
    """Whether a redriven event is of a time before the decision, so that it says nothing about it."""
    return event.redriven and event.occurred_at < opened.opened_at


def attribute(user: User, event: EventTaken, items: Items) -> None:
    """Book a purchase or a refund in every window that it falls into (intent to treat)."""
    amount = max(event.amount, 0)
    lines = [(mark(line.item), line.quantity, line.price) for line in event.lines] if user.open else []
    for opened in user.open:
        if predates(event, opened):
            continue
        closes = user.timers.get(f"close:{opened.id}")
        if closes is not None and event.occurred_at > closes.due:
            continue
        redeemed = bool(event.coupon) and event.coupon == opened.coupon
        earned = round(amount * margin_of(lines, items, opened.margin_rate).rate)
        if event.type == "refund":
            opened.earned = max(min(opened.earned - earned, MOST_MONEY), -MOST_MONEY)
            if redeemed and opened.revenue > 0:
                opened.discount -= round(opened.discount * min(amount / opened.revenue, 1.0))
            opened.revenue = max(opened.revenue - amount, -MOST_MONEY)
            continue
        opened.purchased = True
        opened.revenue = min(opened.revenue + amount, MOST_MONEY)
        opened.earned = max(min(opened.earned + earned, MOST_MONEY), -MOST_MONEY)
        if redeemed and opened.offer is not None and amount >= opened.offer.min_spend:
            opened.discount = min(opened.discount + round(discount_of(opened.offer, amount)), MOST_MONEY)


def close_window(
    user: User, opened: OpenDecision, token: str, origin: Origin, now: int, catalogue: str
) -> ClosedDecision:
    """Take the decision out of the profile; margin is net of realised discounts, refunds and message cost."""
    user.open.remove(opened)
    if opened.sent:
        user.ended[opened.id] = EndedMessage(
            opened.campaign, opened.channel, opened.opened_at, opened.status, opened.clicked
        )
        keep_newest(user.ended, MAX_ENDED)
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
        margin=opened.earned - opened.discount - opened.cost,
        first=opened.first,
        discount=opened.discount,
        cost=opened.cost,
        shadow=opened.shadow,
        programme=opened.programme,
        risk=opened.risk,
        pass_probability=opened.pass_probability,
        stakes=opened.stakes,
    )
