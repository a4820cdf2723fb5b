"""The shop on the four folds in one process."""

import pytest

from agents.campaign_files import activation
from agents.clone import EXAMPLES
from agents.settings import Settings
from agents.simulation.account import Account
from agents.simulation.in_process import NO_KEY, ShopInProcess, keys
from streams.simulate.settings import ShopSettings

SECONDS = 60


@pytest.fixture(scope="module")
def lived() -> tuple[ShopInProcess, Account]:
    """A minute in which the customers live a day, under the demo's campaigns."""
    shop = ShopSettings(seed=3, customers=800, pace=1440.0, repeats=0.01)
    settings = Settings(partitions=2, retrain_every=50)
    ran = ShopInProcess(shop, settings, activation(EXAMPLES / "demo", "test", "test"), watermark_interval=250)
    account = Account()
    for now in range(shop.start_ms + 250, shop.start_ms + SECONDS * 1000, 250):
        for topic, value in ran.advance(now):
            account.take(topic, value)
    return ran, account


def test_the_loop_closes(lived: tuple[ShopInProcess, Account]) -> None:
    """Triggers, refusals, outcomes and models that are taken up all occur within a minute."""
    ran, account = lived
    assert account.triggers["send"] > 20
    assert account.refusals["consent"] > 5
    assert account.refusals["stock"] > 0
    assert account.outcomes["clicked"] > 5
    assert {"purchase", "click"} <= set(account.in_use)
    assert account.outcomes == ran.shop.outcomes


def test_the_account_agrees_with_the_folds(lived: tuple[ShopInProcess, Account]) -> None:
    """What was seen from outside equals what the folds counted."""
    ran, account = lived
    counted = ran.system.counters()
    sent = sum(count for name, count in counted.items() if name.startswith("triggers_total|") and "|send" in name)
    refused = sum(count for name, count in counted.items() if name.startswith("gate_rejections_total|"))
    assert (sent, refused) == (account.triggers["send"], account.refusals.total())


def test_nobody_is_contacted_without_consent(lived: tuple[ShopInProcess, Account]) -> None:
    """The shop knows what each customer allowed; the gate kept to it, unsubscriptions included."""
    ran, account = lived
    assert account.outcomes["unsubscribed"] > 0
    assert ran.shop.unwanted == 0


def test_repeated_events_are_dropped(lived: tuple[ShopInProcess, Account]) -> None:
    """What the platform publishes twice is counted as duplicate, and nothing ends in dead letters."""
    ran, account = lived
    assert any(name.startswith("duplicates_total|") for name in ran.system.counters())
    assert not account.dead_letters


def test_keys_are_taken_where_given_else_fixed() -> None:
    """Without keys a run can be repeated by anyone; with keys they are used."""
    assert keys(Settings()) == (NO_KEY, NO_KEY)
    assert keys(Settings(token_key="1f" * 32)) == (bytes.fromhex("1f" * 32), NO_KEY)
