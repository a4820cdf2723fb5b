"""A profile that is as full as it can be: the longest texts that intake and the campaign files let through."""

from msgspec import structs

from schemas.campaigns import Campaign, Offer, When
from streams.campaigns.scalars import MAX_NAME
from streams.campaigns.sections import MAX_OFFERS
from streams.intake.fields import TEXT
from tests.making.logs import MINUTE, campaign
from tests.making.stories import Story

DAY = 1440 * MINUTE
WIDE = "界"
"""Three bytes in UTF-8, as the longest texts of a Chinese shop are made of."""
OFFERS = tuple(Offer(id=f"{n}".ljust(MAX_NAME, "o"), kind="percent", value=1000, cap=10**12) for n in range(MAX_OFFERS))


def longest(number: int, size: int = TEXT) -> str:
    """A text of the most characters, another one for each number."""
    return f"{number:04d}".ljust(size, WIDE)


def named(number: int, when: When) -> Campaign:
    """A campaign with the longest name, the most actions and no limit of its own, which decides for everybody."""
    made = campaign(f"c{number:04d}".ljust(MAX_NAME, "x"), when, per_user=None)
    experiment = structs.replace(made.experiment, holdout=0.0, window=80 * DAY)
    return structs.replace(
        made,
        who=None,
        offers=OFFERS,
        channels=("push", "sms", "email"),
        max_fraud_risk=1.0,
        experiment=experiment,
        starts_at=0,
    )


def crowded(campaigns: int) -> Story:
    """A shop in which as many campaigns wait for carts as decide at favourites."""
    waiting = [named(n, When(event="add_to_cart", wait=20 * DAY)) for n in range(campaigns)]
    instant = [named(1000 + n, When(event="favourite")) for n in range(campaigns)]
    return Story(*waiting, *instant)
