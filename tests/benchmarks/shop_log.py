"""The log that is measured: what intake makes of a simulated shop that answers the triggers decided meanwhile."""

from collections.abc import Callable
from typing import NamedTuple

from msgspec import structs

from agents.campaign_files import activation
from agents.clone import EXAMPLES
from agents.simulation.recipients import Recipients
from schemas.campaigns import Campaign, Condition
from schemas.codec import decode_json
from schemas.records import CampaignsActivated
from schemas.topics import MODELS, TRIGGERS
from schemas.triggers import Trigger
from streams.folding import LogRecord, Output
from streams.simulate.settings import ShopSettings
from streams.simulate.shop import Shop
from streams.state import FoldSettings
from streams.system import System, SystemSettings

KEY = bytes(32)
FOLD = FoldSettings(coupon_key=KEY)
RARE = 13
"""From so many views of a category in a session, or pieces in a cart, on moments are rare."""
STEP = 300_000
"""Source time (ms) between steps, and so between watermarks: few beside the events, as on a busy log."""
EVENTS_PER_CUSTOMER = 25
"""So many customers that the log spans about two and a half days: sessions, carts, limits and windows all occur."""


class ShopLog(NamedTuple):
    """A log by partition, the models it activates, and what happened in it."""

    partitions: list[list[LogRecord]]
    models: list[Output]
    events: int
    decisions: int
    users: int

    @property
    def records(self) -> int:
        """Records in all partitions: events, outcomes, consent, watermarks, control."""
        return sum(map(len, self.partitions))


def shipped() -> CampaignsActivated:
    """The campaigns of ``deploy/examples/campaigns``."""
    return activation(EXAMPLES / "campaigns", "benchmark", "measured")


def sparing(campaigns: CampaignsActivated) -> CampaignsActivated:
    """The same campaigns for rarer moments: about one event in twenty is decided on, as for most shops.

    The third view of a category becomes the fifth, whatever lies in the cart becomes three pieces.
    """
    rarer = tuple(_at(campaign, 3 if campaign.when.wait else 5) for campaign in campaigns.campaigns)
    return structs.replace(campaigns, campaigns=rarer)


def multiplied(campaigns: CampaignsActivated, count: int) -> CampaignsActivated:
    """``count`` live campaigns: the given ones, and copies that listen to the same events for another number.

    A copy opens at the fourth, fifth … view of a category instead of the third, or arms at that many cart items.
    """
    originals = campaigns.campaigns
    copies = tuple(_at(originals[k % len(originals)], 3 + k // len(originals)) for k in range(len(originals), count))
    return structs.replace(campaigns, campaigns=originals + copies)


def rare(campaigns: CampaignsActivated, count: int) -> CampaignsActivated:
    """``count`` live campaigns that listen to the same events for rare moments: together one event in twenty."""
    originals = campaigns.campaigns
    copies = tuple(_at(originals[k % len(originals)], RARE + k // len(originals)) for k in range(count))
    return structs.replace(campaigns, campaigns=copies)


def _at(campaign: Campaign, number: int) -> Campaign:
    feature = "cart.items" if campaign.when.wait else "session.category_views"
    where = Condition(feature=feature, op="==", value=float(number))
    return structs.replace(campaign, name=f"{campaign.name}-{number}", when=structs.replace(campaign.when, where=where))


def make_log(
    events: int, campaigns: CampaignsActivated, partitions: int, progress: Callable[[int], None] = lambda _: None
) -> ShopLog:
    """Run a shop until about so many events stand in the log; ``progress`` is told how many more came."""
    settings = SystemSettings(token_key=KEY, fold=FOLD, partitions=partitions, watermark_interval=STEP, keep_log=True)
    system = System(settings, campaigns.campaigns, campaigns.policies)
    shop = Shop(ShopSettings(customers=max(1, events // EVENTS_PER_CUSTOMER)), Recipients(KEY))
    models: list[Output] = []
    done = 0
    while done < events:
        models += [output for output in _live(system, shop) if output.topic == MODELS]
        before, done = done, _count(system, "records_total|decide|e")
        progress(done - before)
    return ShopLog(system.logs, models, done, _count(system, "decisions_total|"), system.users())


def _live(system: System, shop: Shop) -> list[Output]:
    """Shop and system five minutes on; what was written."""
    now = shop.now + STEP
    for message in shop.step(now):
        system.feed(message.topic, message.key, message.value, message.at)
    system.advance(now)
    taken = [output for _, output in system.take()]
    for output in taken:
        if output.topic == TRIGGERS:
            shop.receive(decode_json(output.value, Trigger), now)
    return taken


def _count(system: System, prefix: str) -> int:
    return sum(count for fold in system.decide for name, count in fold.counters().items() if name.startswith(prefix))
