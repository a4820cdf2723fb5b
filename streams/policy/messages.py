"""What the delivery service gets: triggers and their revocation."""

from schemas.campaigns import Content
from schemas.privacy import Channel
from schemas.triggers import Coupon, Trigger, TriggerOffer
from streams.ids import coupon_code
from streams.money import as_text
from streams.policy.deciding import Decided
from streams.policy.point import Point
from streams.policy.value import BASIS_POINTS
from streams.profiles.user import OpenDecision, User

DISCOUNTS = ("amount", "percent", "free_shipping")


def send(decided: Decided, point: Point, coupon_key: bytes) -> Trigger:
    """The trigger of a decision that was drawn and is not held out."""
    decision, action, spec, now = decided.decision, decided.action, point.campaign.spec, point.view.now
    if action is None or action.offer is None or action.channel is None:
        raise ValueError("no message is sent for no action")
    offer = action.offer
    expires_at = now + spec.content.expires_after
    coupon = None
    if offer.kind in DISCOUNTS:
        coupon = Coupon(code=coupon_code(coupon_key, decision.decision_id), valid_until=expires_at)
    shown = f"{offer.value * 100 / BASIS_POINTS:g}%" if offer.kind == "percent" else as_text(offer.value, spec.currency)
    looked_at = (point.view.item,) if offer.kind == "recommendation" and point.view.item else ()
    return Trigger(
        kind="send",
        trigger_id=decision.decision_id,
        decision_id=decision.decision_id,
        once_key=decision.once_key,
        user=point.token,
        campaign=spec.ref,
        channel=action.channel,
        decided_at=now,
        expires_at=expires_at,
        locale=_locale(spec.content, point.view.user),
        template=spec.content.template,
        params={"offer.value": shown} if offer.value else {},
        offer=TriggerOffer(
            id=offer.id,
            kind=offer.kind,
            value=offer.value,
            currency=spec.currency,
            min_spend=offer.min_spend,
            cap=offer.cap,
            items=decided.items or looked_at,
            items_model=f"recommender@{decision.versions['recommender']}" if decided.items else "",
        ),
        coupon=coupon,
        reasons=decision.reasons,
    )


def _locale(content: Content, user: User) -> str:
    """The customer's locale where there are texts in it, else one of the same language, else the campaign's own."""
    own = user.told.locale if user.told else ""
    if not own or own in content.locales:
        return own or content.fallback_locale
    language = own.partition("-")[0]
    return next((one for one in content.locales if one.partition("-")[0] == language), content.fallback_locale)


def revoke(opened: OpenDecision, token: str, now: int, reason: str) -> Trigger:
    """The revocation of a trigger that may not have been sent to the customer yet."""
    channel: Channel = opened.channel  # type: ignore[assignment] # the profile keeps plain text
    return Trigger(
        kind="revoke",
        trigger_id=opened.id,
        decision_id=opened.id,
        once_key=opened.once_key,
        user=token,
        campaign=opened.campaign,
        channel=channel,
        decided_at=now,
        expires_at=opened.expires_at,
        reasons=(reason,),
    )
