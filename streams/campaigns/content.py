"""The section *content*: locales, texts and the fields in them."""

import re
from collections.abc import Collection

from schemas.campaigns import Content, Offer
from streams.campaigns.document import Field, did_you_mean, entries, free_entries, require
from streams.campaigns.scalars import choice, duration, name, text

TEMPLATE_FIELDS = ("offer.value", "coupon.code")
"""What a text may show: ``params`` of the trigger, and its coupon."""

_ISO_639 = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee "
    "el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is "
    "it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms "
    "mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk "
    "sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi "
    "yo za zh zu"
)
_LANGUAGES = frozenset(_ISO_639.split())
_LOCALE = re.compile(r"([a-z]{2})(-[A-Z][a-z]{3})?(-(?:[A-Z]{2}|\d{3}))?")
_FIELD = re.compile(r"\{([^{}]*)\}")


def content(field: Field, channels: Collection[str], offers: Collection[Offer]) -> Content | None:
    """Template and texts. A text may be for one offer alone: ``push.remind``."""
    found = entries(field, ("template", "expires_after", "fallback_locale", "locales"))
    needed = {
        "template": "template: cart_rescue",
        "expires_after": "expires_after: 6h",
        "fallback_locale": "fallback_locale: en",
        "locales": 'locales: {en: {push: "…"}}',
    }
    complete = require(field, found, needed)
    template = name(found["template"], "cart_rescue") if "template" in found else None
    expires = duration(found["expires_after"]) if "expires_after" in found else None
    locales = _locales(found["locales"], channels, offers) if "locales" in found else {}
    fallback = choice(found["fallback_locale"], locales) if "fallback_locale" in found and locales else None
    if not complete or template is None or expires is None or fallback is None:
        return None
    return Content(template=template, expires_after=expires, fallback_locale=fallback, locales=locales)


def _locales(field: Field, channels: Collection[str], offers: Collection[Offer]) -> dict[str, dict[str, str]]:
    read: dict[str, dict[str, str]] = {}
    keys = [*channels, *(f"{channel}.{offer.id}" for channel in channels for offer in offers)]
    for locale, texts in free_entries(field).items():
        texts_of = read.setdefault(_checked_locale(locale, texts), {})
        for key, value in entries(texts, keys).items():
            written = text(value)
            if written is not None:
                _check_fields(value, written)
                texts_of[key] = written
    if not read:
        field.wrong('no locale; write such as en: {push: "…"}')
    return read


def _checked_locale(locale: str, field: Field) -> str:
    """The locale as it is to be written."""
    shaped = _LOCALE.fullmatch(locale)
    if shaped and shaped[1] in _LANGUAGES:
        return locale
    language, *region = re.split("[-_]", locale)
    meant = "-".join([language.lower(), *(part.upper() if len(part) == 2 else part.title() for part in region)])  # noqa: PLR2004 - ISO 3166 codes
    fits = _LOCALE.fullmatch(meant)
    known = bool(fits and fits[1] in _LANGUAGES)
    hint = meant if known else "a language, and a region if it matters, such as en or zh-CN"
    field.wrong(f'unknown locale "{locale}"; write {hint}')
    return meant if known else locale


def _check_fields(field: Field, written: str) -> None:
    for name_in_text in _FIELD.findall(written):
        if name_in_text not in TEMPLATE_FIELDS:
            hint = did_you_mean(name_in_text, TEMPLATE_FIELDS) or f"; write one of {', '.join(TEMPLATE_FIELDS)}"
            field.wrong(f'unknown field "{{{name_in_text}}}"{hint}')
    if "{" in _FIELD.sub("", written) or "}" in _FIELD.sub("", written):
        field.wrong("a brace without its partner; fields look like {offer.value}")
