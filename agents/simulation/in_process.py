"""The simulated shop on the four folds, in this process: no broker, any time scale."""

from agents.settings import Settings
from agents.simulation.recipients import Recipients
from schemas.codec import decode_json
from schemas.records import CampaignsActivated
from schemas.topics import OUTCOMES, TRIGGERS
from schemas.triggers import Trigger
from streams.intake.messages import Clock
from streams.learn import LearnSettings
from streams.simulate.settings import ShopSettings
from streams.simulate.shop import Shop
from streams.state import FoldSettings
from streams.system import System, SystemSettings

NO_KEY = bytes(32)
"""Key of tokens and coupons where nothing leaves the machine and none is given."""


def keys(settings: Settings) -> tuple[bytes, bytes]:
    """Token and coupon key as set, else the fixed one."""
    token = settings.tokens().value if settings.token_key or settings.token_key_file else NO_KEY
    coupon = settings.coupons().value if settings.coupon_key or settings.coupon_key_file else NO_KEY
    return token, coupon


class ShopInProcess:
    """Shop and system, stepped together: what the shop publishes is folded, what is decided reaches the shop."""

    def __init__(
        self,
        shop: ShopSettings,
        settings: Settings,
        campaigns: CampaignsActivated,
        *,
        clock: Clock = "source",
        watermark_interval: int | None = None,
    ) -> None:
        token_key, coupon_key = keys(settings)
        self.system = System(
            SystemSettings(
                token_key=token_key,
                fold=FoldSettings(
                    coupon_key=coupon_key,
                    global_holdout=settings.global_holdout,
                    alert_risk=settings.alert_risk,
                ),
                partitions=settings.partitions,
                clock=clock,
                learn=LearnSettings(
                    retrain_every=settings.retrain_every,
                    refit_every=settings.refit_every,
                    choices_every=settings.choices_every,
                ),
                watermark_interval=watermark_interval,
            ),
            campaigns.campaigns,
            campaigns.policies,
        )
        self.shop = Shop(shop, Recipients(token_key))
        self.events = 0

    def advance(self, until_ms: int) -> list[tuple[str, bytes]]:
        """Live on until then; topic and value of every output and outcome, in order."""
        messages = self.shop.step(until_ms)
        for message in messages:
            self.system.feed(message.topic, message.key, message.value, message.at)
        self.system.advance(until_ms)
        self.events += len(messages)
        outputs = [(output.topic, output.value) for _, output in self.system.take()]
        for topic, value in outputs:
            if topic == TRIGGERS:
                self.shop.receive(decode_json(value, Trigger), until_ms)
        return [(message.topic, message.value) for message in messages if message.topic == OUTCOMES] + outputs
