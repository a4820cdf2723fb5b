"""The demo without a broker: the four folds and the shop in this process, in real time."""

import time

from agents.campaign_files import activation
from agents.demo.console import Stage
from agents.demo.plan import PACE, QUICK, Plan, write_key
from agents.settings import PREFIX, read_settings
from agents.simulation.account import Account
from agents.simulation.in_process import ShopInProcess
from agents.simulation.on_kafka import now_ms
from streams.simulate.settings import ShopSettings

_TURN_SECONDS = 0.05
_WATERMARKS_MS = 1000


def run_in_process(plan: Plan, stage: Stage, account: Account) -> None:
    """Run until the time is up or somebody interrupts."""
    given = dict(QUICK)
    for name in ("token", "coupon"):
        write_key(plan.directory / f"{name}.key")
        given[f"{name}_key_file"] = str(plan.directory / f"{name}.key")
    shop = ShopSettings(seed=plan.seed, customers=plan.customers, pace=PACE, start_ms=now_ms())
    ran = ShopInProcess(
        shop,
        read_settings({PREFIX + name.upper(): value for name, value in given.items()}),
        activation(plan.campaigns, "demo", "the demo's campaigns"),
        clock="arrival",
        watermark_interval=_WATERMARKS_MS,
    )
    stage.say(f"the shop opens: {plan.customers} customers, a day of their lives in a minute")
    stage.open()
    started = time.monotonic()
    while not plan.is_over(started):
        for topic, value in ran.advance(now_ms()):
            stage.show(account.take(topic, value))
        stage.refresh()
        time.sleep(_TURN_SECONDS)
