"""What is allowed in a campaign, but worth a second look."""

from collections.abc import Iterator

from schemas.campaigns import Campaign, Offer
from streams.money import as_text


def notes(campaign: Campaign) -> tuple[str, ...]:
    """Sentences for the campaign's owner; none where there is nothing to say."""
    return (*_texts(campaign), *_below_cost(campaign))


def _texts(campaign: Campaign) -> Iterator[str]:
    content = campaign.content
    texts = content.locales[content.fallback_locale]
    for channel in campaign.channels:
        missing = [offer.id for offer in campaign.offers if not {channel, f"{channel}.{offer.id}"} & texts.keys()]
        if missing:
            yield (
                f"no text for {channel} in {content.fallback_locale} ({', '.join(missing)}): "
                f'the delivery service must know its own for "{content.template}"'
            )
    for locale, written in content.locales.items():
        for channel in campaign.channels:
            yield from _valueless(campaign, locale, channel, written)


def _valueless(campaign: Campaign, locale: str, channel: str, texts: dict[str, str]) -> Iterator[str]:
    for offer in campaign.offers:
        shown = texts.get(f"{channel}.{offer.id}", texts.get(channel, ""))
        if not offer.value and ("{offer.value}" in shown or "{coupon.code}" in shown):
            own = f"{channel}.{offer.id}"
            yield f'the {channel} text in {locale} shows a discount that "{offer.id}" has not; add "{own}"'


def _below_cost(campaign: Campaign) -> Iterator[str]:
    for offer in campaign.offers:
        if offer.kind == "amount" and offer.value > offer.min_spend * campaign.margin_rate:
            order = _money(offer.min_spend, campaign)
            off = f"{offer.id} takes {_money(offer.value, campaign)} off an order of {order}"
            yield f"{off}, more than its margin at margin_rate {campaign.margin_rate:.0%}"
        elif _percent_below_cost(offer, campaign.margin_rate):
            yield f"{offer.id} takes more off small orders than their margin at margin_rate {campaign.margin_rate:.0%}"


def _percent_below_cost(offer: Offer, margin_rate: float) -> bool:
    return offer.kind == "percent" and offer.value > margin_rate * 10_000


def _money(amount: int, campaign: Campaign) -> str:
    return f"{as_text(amount, campaign.currency)} {campaign.currency}"
