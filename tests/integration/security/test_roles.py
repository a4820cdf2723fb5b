"""Everybody works with the rights of the table and no others, over TLS, with a password or a certificate."""

from collections.abc import Callable
from pathlib import Path

import pytest

from agents.rights import RIGHTS
from agents.settings import Settings
from schemas.codec import decode_json, decode_record
from schemas.records import ModelActivated
from schemas.topics import CONTROL, EXPERIMENT_RESULTS, TRIGGERS
from schemas.triggers import Trigger
from tests.integration.security.test_refusals import OPEN, mutual_address
from tests.making.closed_kafka import PARTITIONS, Grounds
from tests.making.storefront import Storefront
from tests.making.topics import written
from tests.making.workers import Worker, wait_for

Start = Callable[..., Worker]
DEMO = Path(__file__).parents[3] / "deploy" / "examples" / "demo"
CUSTOMERS = [f"customer-{n}" for n in range(30)]


@pytest.fixture
def workers(grounds: Grounds, start: Start) -> dict[str, Worker]:
    """The four roles, each as its own principal; campaigns applied by an operator."""
    applied = grounds.run("operator", "campaigns", "apply", str(DEMO))
    assert applied.returncode == 0, applied.stderr
    roles = ("intake", "decide", "learn", "coordinate")
    started = {role: start(grounds, role, retrain_every=20, refit_every=50, checkpoint_interval=2.0) for role in roles}
    decide = started["decide"]
    wait_for(lambda: decide.metric("config_version", 'kind="campaigns"') > 0, f"campaigns: {decide.log}", 60)
    return started


def messages(grounds: Grounds, topic: str, partitions: int) -> list[bytes]:
    """Everything on a topic, as the administrator sees it."""
    reader = grounds.settings("admin")
    return [value for partition in range(partitions) for _, value, _ in written(reader, topic, partition)]


def triggers(grounds: Grounds) -> list[Trigger]:
    """What is to be sent."""
    found = [decode_json(value, Trigger) for value in messages(grounds, TRIGGERS, PARTITIONS)]
    return [trigger for trigger in found if trigger.kind == "send"]


def come(platform: Settings, decide: Worker) -> None:
    """Customers consent and look around, as the shop's platform tells."""
    shop = Storefront(platform)
    for customer in CUSTOMERS:
        shop.consent(customer)
    shop.settle()
    wait_for(lambda: decide.metric("records_total", 'type="c"') == len(CUSTOMERS), "consents are known", 30)
    for customer in CUSTOMERS:
        shop.visit(customer, ("view", "view", "view"))
    shop.settle()


def activated(grounds: Grounds) -> set[str]:
    """The models named on control."""
    bodies = [decode_record(value).body for value in messages(grounds, CONTROL, 1)]
    return {body.name for body in bodies if isinstance(body, ModelActivated)}


def test_the_loop_closes_with_least_rights(grounds: Grounds, workers: dict[str, Worker]) -> None:
    """Events in, triggers out, outcomes back, models learned, results written; nobody asks for more than he has."""
    come(grounds.settings("platform"), workers["decide"])
    wait_for(lambda: len(triggers(grounds)) >= 10, f"triggers: {workers['decide'].log}", 40)
    delivery = Storefront(grounds.settings("delivery"))
    for trigger in triggers(grounds):
        delivery.report(trigger, "accepted", "delivered")
    delivery.settle()
    wait_for(lambda: "purchase" in activated(grounds), f"models: {workers['learn'].log}", 90)
    wait_for(lambda: bool(messages(grounds, EXPERIMENT_RESULTS, 1)), f"results: {workers['coordinate'].log}", 60)
    told = grounds.run("operator", "explain", triggers(grounds)[0].trigger_id)
    assert (told.returncode, told.stderr) == (0, "")
    for worker in workers.values():
        assert worker.stop() == 0, worker.said()
        assert "uthoriz" not in worker.said()
        assert "Traceback" not in worker.said()


@pytest.mark.parametrize("password", ["", "a password"])
def test_a_certificate_is_as_good_as_a_password(grounds: Grounds, start: Start, password: str) -> None:
    """Mutual TLS for both client libraries: a command, and a worker that joins its group."""
    tls = OPEN | {"security_protocol": "SSL", "ssl_ca_file": str(grounds.kafka.security.authority)}
    tls |= {"bootstrap_servers": mutual_address(grounds), "ssl_key_password": password}

    def shown(who: str) -> dict[str, str]:
        certificate, key = grounds.kafka.security.issue(f"promostream-{who}", password)
        return tls | {"ssl_certificate_file": str(certificate), "ssl_key_file": str(key)}

    checked = grounds.run("operator", "topics", "check", **shown("operator"))
    assert (checked.returncode, checked.stderr) == (0, "")
    worker = start(grounds, "decide", **shown("decide"))
    wait_for(lambda: worker.said().count("is open, reading from") == PARTITIONS, f"it works: {worker.log}", 60)
    assert worker.stop() == 0, worker.said()


def test_nobody_has_more_than_the_table_says(grounds: Grounds) -> None:
    """A platform cannot read decisions, a delivery service cannot write events: who is not granted is denied."""
    for who in ("platform", "delivery", "learn"):
        assert not any(right.name == "decisions" for right in RIGHTS[who])
        asked = grounds.run(who, "explain", "e1-0-5-0")
        assert asked.returncode == 3
        assert f"User:promostream-{who} may not Read topic {grounds.prefix}decisions" in asked.stderr
