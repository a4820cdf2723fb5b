"""What a running system really exchanges, held against the contract that other teams are given."""

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from agents.campaign_files import activation
from agents.settings import Settings
from agents.simulation.in_process import ShopInProcess
from deploy.examples.delivery_service.contract import read_trigger
from deploy.examples.delivery_service.rehearsal import consume
from schemas.codec import decode_json, decode_msgpack
from schemas.export import schema_of
from schemas.outcomes import Outcome
from schemas.topics import BROWSES, CLICKS, DECISIONS, OUTCOMES, PURCHASES, TOPICS, TRIGGERS
from streams.simulate.settings import ShopSettings

CAMPAIGNS = Path(__file__).parents[2] / "deploy/examples/demo"
START = 1_793_498_400_000
STEP = 1_000
SECONDS = 60
MOST = 200
"""Messages of a topic that are validated."""

Seen = dict[str, list[bytes]]


@pytest.fixture(scope="module")
def seen() -> Seen:
    """A minute of the demo's shop (a day of its customers' lives): every message by topic."""
    shop = ShopSettings(seed=7, customers=300, pace=1440, start_ms=START)
    run = ShopInProcess(shop, Settings(partitions=2, retrain_every=50), activation(CAMPAIGNS, "test", "contract"))
    found: Seen = defaultdict(list)
    for topic, value in _everything(run):
        found[topic].append(value)
    return found


def _everything(run: ShopInProcess) -> Iterator[tuple[str, bytes]]:
    for until in range(START, START + SECONDS * 1_000, STEP):
        yield from run.advance(until)
    yield from ((message.topic, message.value) for message in run.shop.step(START + (SECONDS + 1) * 1_000))
    run.system.feed(CLICKS, b"", b'{"event_id": 1}', START + (SECONDS + 1) * 1_000)
    yield from ((output.topic, output.value) for _, output in run.system.take())


@pytest.mark.parametrize("topic", [name for name, topic in TOPICS.items() if topic.public])
def test_what_is_published_fits_the_schema(seen: Seen, topic: str) -> None:
    """Every public message of a run validates against the JSON Schema of its topic."""
    validator = Draft202012Validator(schema_of(TOPICS[topic].record))
    for value in seen[topic][:MOST]:
        validator.validate(json.loads(value))
        decode_json(value, TOPICS[topic].record)


def test_the_run_shows_what_the_contract_is_about(seen: Seen) -> None:
    """The run has events, triggers, decisions and outcomes in it, or the test above would prove nothing."""
    assert min(len(seen[topic]) for topic in (BROWSES, CLICKS, PURCHASES, TRIGGERS, DECISIONS, OUTCOMES)) > 0
    assert seen["dead-letters"]


@pytest.mark.parametrize(
    "topic",
    ["closed-decisions", "fraud-samples", "entity-sightings", "item-choices", "hourly-counts", "models"],
)
def test_internal_messages_are_of_their_topics_type(seen: Seen, topic: str) -> None:
    """What folds write to each other decodes as the table says."""
    for value in seen[topic]:
        decode_msgpack(value, TOPICS[topic].record)


def test_a_real_trigger_is_one_for_the_example_service(seen: Seen) -> None:
    """The delivery service that newcomers copy reads and ends every trigger that `decide` writes."""
    for value in seen[TRIGGERS][:MOST]:
        trigger = read_trigger(value)
        outcomes = consume([(trigger.expires_at - 1, value)], lambda _key, _now: "delivered")
        ends = [decode_json(outcome, Outcome).status for outcome in outcomes]
        assert ends == (["accepted", "delivered"] if trigger.kind == "send" else [])
