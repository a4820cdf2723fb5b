"""The simulated shop on the four folds in one process: a run with everything it wrote."""

from typing import NamedTuple

from schemas.closed_decisions import ClosedDecision
from schemas.codec import decode_json, decode_msgpack
from schemas.decisions import Decision
from schemas.models import ModelSnapshot
from schemas.outcomes import Outcome
from schemas.topics import CLOSED_DECISIONS, DECISIONS, MODELS, OUTCOMES, TRIGGERS
from schemas.triggers import Trigger
from streams.intake.tokens import Tokens
from streams.learn import LearnSettings
from streams.response.progress import Progress
from streams.simulate.settings import ShopSettings
from streams.simulate.shop import Shop
from streams.state import FoldSettings
from streams.system import System, SystemSettings
from tests.making.logs import BROWSE, CART, POLICIES

KEY = bytes(32)
DAY = 86_400_000
STEP = 300_000
OFTEN = LearnSettings(retrain_every=200)


class Run(NamedTuple):
    """What a shop and a system did together."""

    system: System
    shop: Shop
    decisions: list[Decision]
    triggers: list[Trigger]
    outcomes: list[Outcome]
    halfway: dict[str, Progress]
    closed: list[ClosedDecision]
    segments: list[ModelSnapshot]


def run_shop(
    seed: int,
    *,
    customers: int,
    days: int,
    partitions: int = 2,
    keep_log: bool = False,
    learn: LearnSettings = OFTEN,
    head: bytes | None = None,
) -> Run:
    """Let a shop run for some days; triggers reach it within five minutes. Learn goes on from ``head``."""
    settings = SystemSettings(
        token_key=KEY,
        fold=FoldSettings(coupon_key=KEY),
        partitions=partitions,
        learn=learn,
        keep_log=keep_log,
    )
    system = System(settings, (CART, BROWSE), POLICIES)
    system.response.restore(head, ())
    shop = Shop(ShopSettings(seed=seed, customers=customers), Tokens(KEY).reveal)
    run = Run(system, shop, [], [], [], {}, [], [])
    start = shop.now
    for now in range(start, start + days * DAY, STEP):
        for message in shop.step(now):
            system.feed(message.topic, message.key, message.value, message.at)
            if message.topic == OUTCOMES:
                run.outcomes.append(decode_json(message.value, Outcome))
        system.advance(now)
        _hand_over(run, now)
        if now - start == days * DAY // 2:
            run.halfway.update(system.response.progress())
    return run


def _hand_over(run: Run, now: int) -> None:
    for _, output in run.system.take():
        if output.topic == TRIGGERS:
            trigger = decode_json(output.value, Trigger)
            run.triggers.append(trigger)
            run.shop.receive(trigger, now)
        elif output.topic == DECISIONS:
            run.decisions.append(decode_json(output.value, Decision))
        elif output.topic == CLOSED_DECISIONS:
            run.closed.append(decode_msgpack(output.value, ClosedDecision))
        elif output.topic == MODELS and output.key.startswith(b"segments@"):
            run.segments.append(decode_msgpack(output.value, ModelSnapshot))
