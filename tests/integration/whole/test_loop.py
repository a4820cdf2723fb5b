"""The whole loop on a real Kafka: event in, decision, trigger out, outcome back, model learned and taken up."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest

from agents.app import ROLES
from agents.settings import Settings
from schemas.codec import decode_json, decode_record
from schemas.decisions import Decision
from schemas.events import EventType
from schemas.experiments import ExperimentResult
from schemas.records import ModelActivated, OutcomeTaken
from schemas.topics import CONTROL, DECISIONS, EXPERIMENT_RESULTS, TRIGGERS
from schemas.triggers import Trigger
from streams.intake.tokens import Tokens
from tests.making.storefront import Storefront
from tests.making.topics import bodies_of, log_of, written
from tests.making.workers import Worker, wait_for

Promostream = Callable[..., subprocess.CompletedProcess[str]]
Start = Callable[..., Worker]
Workers = dict[str, Worker]
Message = TypeVar("Message", bound=msgspec.Struct)

DEMO = Path(__file__).parents[3] / "deploy" / "examples" / "demo"
INTERESTED = [f"interested-{n}" for n in range(40)]
LATER = [f"later-{n}" for n in range(20)]
LEFT_CART = [f"left-cart-{n}" for n in range(10)]
BOUGHT = [f"bought-{n}" for n in range(5)]
NO_CONSENT = [f"no-consent-{n}" for n in range(3)]
MODELS = {"purchase", "click", "fraud"}
VIEWS: tuple[EventType, ...] = ("view", "view", "view")


@pytest.fixture
def workers(settings: Settings, promostream: Promostream, start: Start) -> Workers:
    """A log on the clock of arrival with the demo's campaigns, and the four roles; models come quickly."""
    for command in (("topics", "create"), ("campaigns", "apply", str(DEMO))):
        done = promostream(*command)
        assert done.returncode == 0, done.stderr
    started = {role: start(role, retrain_every=20, refit_every=50, checkpoint_interval=2) for role in ROLES}
    decide = started["decide"]
    wait_for(
        lambda: in_force(decide, settings.partitions, "campaigns"),
        f"the campaigns are in force: {decide.log}",
        seconds=40,
    )
    return started


def in_force(decide: Worker, partitions: int, *kinds: str) -> bool:
    """Whether every partition of the log has this configuration, and the same."""
    versions = [
        {decide.metric("config_version", f'kind="{kind}"', f'partition="{p}"') for p in range(partitions)}
        for kind in kinds
    ]
    return all(len(found) == 1 and min(found) > 0 for found in versions)


def all_of(settings: Settings, topic: str, kind: type[Message]) -> list[Message]:
    """Every message of a topic that is partitioned like the log."""
    return [
        decode_json(value, kind)
        for partition in range(settings.partitions)
        for _, value, _ in written(settings, topic, partition)
    ]


def decisions_for(settings: Settings, users: list[str]) -> list[Decision]:
    """What was decided for these users."""
    token = Tokens(settings.tokens().value).token
    wanted = {token(user) for user in users}
    return [decision for decision in all_of(settings, DECISIONS, Decision) if decision.user in wanted]


def triggers(settings: Settings) -> list[Trigger]:
    """Every message to send."""
    return [trigger for trigger in all_of(settings, TRIGGERS, Trigger) if trigger.kind == "send"]


def consent(shop: Storefront, users: list[str], decide: Worker) -> None:
    """Their word is in the log before they come: no order is promised between topics."""
    known = decide.metric("records_total", 'type="c"')
    for user in users:
        shop.consent(user)
    shop.settle()
    wait_for(lambda: decide.metric("records_total", 'type="c"') == known + len(users), "consents are known", seconds=20)


def open_the_shop(settings: Settings, shop: Storefront, decide: Worker) -> None:
    """Customers look around, fill carts, buy; some have never consented. Everybody gets a decision but the buyers."""
    consent(shop, [*INTERESTED, *LEFT_CART, *BOUGHT], decide)
    for user in BOUGHT:  # what they bought is there before their carts are; which topic is read first is left open
        shop.buy(user)
    shop.settle()
    for user in (*INTERESTED, *NO_CONSENT):
        shop.visit(user, VIEWS)
    for user in LEFT_CART:
        shop.visit(user, ("view", "add_to_cart"))
    for user in BOUGHT:
        shop.visit(user, ("view", "add_to_cart"), ago=20_000)
    shop.settle()
    awaited = [*INTERESTED, *NO_CONSENT, *LEFT_CART]
    wait_for(lambda: len(decisions_for(settings, awaited)) >= len(awaited), "everybody is decided for", seconds=30)


def answer(settings: Settings, shop: Storefront) -> list[Trigger]:
    """The delivery service delivers every trigger; every second customer clicks, every fourth buys."""
    sent = triggers(settings)
    reveal = Tokens(settings.tokens().value).reveal
    for number, trigger in enumerate(sent):
        shop.report(trigger, "accepted", "delivered")
        if number % 2 == 0:
            shop.report(trigger, "clicked")
        if number % 4 == 0:
            shop.buy(reveal(trigger.user), trigger.coupon.code if trigger.coupon else None)
    shop.settle()
    return sent


def activated(settings: Settings) -> set[str]:
    """The models that control names."""
    bodies = [decode_record(value).body for _, value, _ in written(settings, CONTROL, 0)]
    return {body.name for body in bodies if isinstance(body, ModelActivated)}


def experiments(settings: Settings) -> set[str]:
    """The campaigns that have a result."""
    return {decode_json(value, ExperimentResult).campaign for _, value, _ in written(settings, EXPERIMENT_RESULTS, 0)}


def test_the_loop_closes(settings: Settings, workers: Workers, promostream: Promostream) -> None:
    """From the first view to a decision by a model that learned from what came back."""
    shop = Storefront(settings)
    open_the_shop(settings, shop, workers["decide"])
    sent = answer(settings, shop)
    check_decisions(settings, sent)
    wait_for(lambda: activated(settings) >= MODELS, f"models are learned: {workers['learn'].log}", seconds=60)
    decide = workers["decide"]
    kinds = ("response_models", "fraud_model")
    wait_for(lambda: in_force(decide, settings.partitions, *kinds), f"decide: {decide.log}", seconds=30)
    check_taken_up(settings, shop, decide)
    check_versions(settings)
    check_counted(settings, workers, sent)
    check_explained(settings, promostream, sent)
    for worker in workers.values():
        assert worker.stop() == 0, worker.said()
        assert "Traceback" not in worker.said()


def check_decisions(settings: Settings, sent: list[Trigger]) -> None:
    """Who bought in time is left alone, who did not consent is refused, who is sent something has a reason."""
    assert [(d.campaign, d.result, d.opened_by, d.decided_at) for d in decisions_for(settings, BOUGHT)] == []
    refused = decisions_for(settings, NO_CONSENT)
    assert {(d.result, d.gates[-1].name) for d in refused} == {("refused", "consent")}
    assert {d.campaign for d in decisions_for(settings, LEFT_CART)} == {"cart-rescue@1"}
    assert {d.campaign for d in decisions_for(settings, INTERESTED)} == {"browse-interest@1"}
    assert len(sent) >= 10
    assert all(trigger.reasons and trigger.expires_at > trigger.decided_at for trigger in sent)


def check_versions(settings: Settings) -> None:
    """Every decision names exactly the models that its own log had activated before it."""
    for partition in range(settings.partitions):
        due = [decode_json(value, Decision) for _, value, _ in written(settings, DECISIONS, partition)]
        in_force: dict[str, str] = {}
        for record in log_of(settings, partition):
            body = decode_record(record.value).body
            if isinstance(body, ModelActivated):
                in_force = {**in_force, body.name: str(body.version)}
            while due and place_of(due[0]) == (partition, record.offset):
                assert due.pop(0).versions == in_force
        assert not due


def place_of(decision: Decision) -> tuple[int, int]:
    """The partition and the offset of the record at which it was made, as its id tells."""
    _, partition, offset, _ = decision.decision_id.split("-")
    return int(partition), int(offset)


def check_taken_up(settings: Settings, shop: Storefront, decide: Worker) -> None:
    """Decisions from here on name the models' versions, and none is made without."""
    consent(shop, LATER, decide)
    for user in LATER:
        shop.visit(user, VIEWS)
    shop.settle()
    wait_for(lambda: len(decisions_for(settings, LATER)) == len(LATER), "the later ones are decided for", seconds=30)
    for decision in decisions_for(settings, LATER):
        assert set(decision.versions) == MODELS
        assert all(int(version) >= 1 for version in decision.versions.values())


def check_counted(settings: Settings, workers: Workers, sent: list[Trigger]) -> None:
    """Outcomes are in the log, results are written, and the metrics say so."""
    outcomes = [body for body in bodies_of(settings) if isinstance(body, OutcomeTaken)]
    assert {body.trigger_id for body in outcomes if body.status == "delivered"} == {t.trigger_id for t in sent}
    decide, learn, coordinate = (workers[role] for role in ("decide", "learn", "coordinate"))
    assert decide.metric("outcomes_total", 'status="accepted"') == len(sent)
    wait_for(lambda: learn.metric("model_loss", 'model="purchase"', 'slot="champion"') > 0, "losses are told")
    assert learn.metric("model_calibration_ratio", 'model="purchase"') > 0
    wait_for(lambda: coordinate.metric("experiment_users", 'arm="treatment"') >= 10, "arms are counted")
    assert workers["intake"].metric("event_age_seconds_count", 'source="browses"') > 0
    assert min(decide.metric("model_age_seconds", f'model="{name}"') for name in MODELS) > 0
    wait_for(lambda: experiments(settings) == {"browse-interest@1", "cart-rescue@1"}, "results are written", seconds=30)


def check_explained(settings: Settings, promostream: Promostream, sent: list[Trigger]) -> None:
    """Why it was sent, and why not, in words."""
    told = promostream("explain", sent[0].trigger_id)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith("A message was sent: ")
    for words in (*sent[0].reasons, sent[0].campaign, "May we write to this customer?", "The draw fell on", "CNY"):
        assert words in told.stdout
    refused = decisions_for(settings, NO_CONSENT)[0]
    told = promostream("explain", refused.decision_id)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith('No message was sent: the gate "consent" said no.')
    assert "What would have let it pass" in told.stdout
    assert "The customer's consent to any of push" in told.stdout
