"""What the platform told of a customer, and what follows from it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from schemas.campaigns import Content
from schemas.records import AttributesTold, ErasureRequested
from streams.features.catalogue import NEVER
from streams.features.values import View, value
from streams.policy.messages import _locale
from streams.profiles.attributes import Attributes, learn
from streams.profiles.user import User
from tests.making.events import AT
from tests.making.stories import Story, on_favourite

MIDNIGHT = 1_772_236_800_000
"""2026-02-28T00:00Z."""
DAY = 86_400_000


def words(at: int, **fields: object) -> AttributesTold:
    """A message."""
    return structs.replace(AttributesTold("m", at), **fields)


def knowing(**fields: object) -> User:
    """A user of whom these are known."""
    return User(told=structs.replace(Attributes(), **fields))


def test_the_newest_word_on_a_field_holds() -> None:
    """What a message leaves out stays, an empty text takes back."""
    known = learn(None, words(1, tier="silver", region="CN", channels=("sms",)))
    known = learn(known, words(2, tier="gold", region=""))
    assert known == Attributes(at={"tier": 2, "region": 2, "channels": 1}, tier="gold", channels=("sms",))


FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "tier": st.sampled_from(("", "gold", "silver")),
        "locale": st.sampled_from(("", "en")),
        "channels": st.sampled_from(((), ("sms",))),
    },
)


@given(st.lists(FIELDS, max_size=6).flatmap(lambda told: st.tuples(st.just(told), st.permutations(range(len(told))))))
def test_the_order_of_arrival_does_not_matter(drawn: tuple[list[dict[str, object]], list[int]]) -> None:
    """No order is promised: each field is as the newest message with a word on it says, taken back or not."""
    told, order = drawn
    known: Attributes | None = None
    for number in order:
        known = learn(known, words(number + 1, **told[number]))
    newest = {field: (value, at) for at, message in enumerate(told, 1) for field, value in message.items()}
    expected = Attributes(at={field: at for field, (_, at) in newest.items()})
    assert (known or Attributes()) == structs.replace(
        expected, **{field: value for field, (value, _) in newest.items()}
    )


@pytest.mark.parametrize(
    ("birthday", "now", "days"),
    [
        ("02-28", MIDNIGHT, 0.0),
        ("02-28", MIDNIGHT + DAY - 1, 0.0),
        ("03-01", MIDNIGHT, 1.0),
        ("02-27", MIDNIGHT, 364.0),
        ("02-29", MIDNIGHT, 0.0),
        ("02-29", MIDNIGHT + DAY, 364.0),
        ("02-29", MIDNIGHT + 720 * DAY, 11.0),
        ("", MIDNIGHT, NEVER),
    ],
)
def test_days_to_a_birthday_are_whole_days(birthday: str, now: int, days: float) -> None:
    """A leap day is kept on 28 February where there is none."""
    assert value(View(knowing(birthday=birthday), now), "customer.days_to_birthday") == days


def test_labels_are_the_shops_own_words() -> None:
    """And unknown until told."""
    user = knowing(tier="gold", region="CN-31", locale="zh-CN", zone="Asia/Shanghai")
    names = [f"customer.{field}" for field in ("tier", "region", "country", "locale", "zone")]
    assert [value(View(user, AT), name) for name in names] == ["gold", "CN-31", "CN", "zh-CN", "Asia/Shanghai"]
    assert {value(View(User(), AT), name) for name in names} == {"unknown"}


@pytest.mark.parametrize(
    ("locale", "chosen"), [("en", "en"), ("en-GB", "en"), ("zh-TW", "zh-CN"), ("fr", "zh-CN"), ("", "zh-CN")]
)
def test_a_message_speaks_the_customers_language_where_it_can(locale: str, chosen: str) -> None:
    """The same locale, else the same language, else what the campaign falls back to."""
    content = Content(template="t", expires_after=1, fallback_locale="zh-CN", locales={"en": {}, "zh-CN": {}})
    assert _locale(content, knowing(locale=locale)) == chosen


def test_the_trigger_carries_the_customers_locale() -> None:
    """Through the log."""
    campaign = on_favourite()
    content = structs.replace(campaign.content, locales={"en": {"push": "a"}, "zh-CN": {"push": "b"}})
    told = Story(structs.replace(campaign, content=content))
    for number in range(50):
        told.say(f"u{number or ''}", words(told.at, locale="zh-CN"))
    assert told.sends().locale == "zh-CN"


def test_nothing_goes_where_the_customer_cannot_be_reached() -> None:
    """Consent alone does not make a phone."""
    told = Story(on_favourite())
    told.say("u", words(told.at, channels=("email",)))
    told.consents("u", push=True, sms=True)
    told.happens("u", "favourite")
    assert told.decisions()[-1].gates[-1].name == "consent"
    told.say("u", words(told.at, channels=("sms",)))
    told.happens("u", "favourite")
    assert {candidate.channel for candidate in told.decisions()[-1].candidates} <= {"sms", "", None}
    assert len(told.decisions()[-1].candidates) > 1


def test_erasure_takes_the_attributes_too() -> None:
    """They are part of the profile."""
    told = Story()
    told.say("u", words(told.at, tier="gold"))
    assert told.user("u").told is not None
    told.say("u", ErasureRequested("r", told.at))
    assert told.fold.users.get("u") is None
