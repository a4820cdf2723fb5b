"""Recommendations in a shop with known truth: what ``decide`` picks is looked at later, more than what is popular."""

from collections import defaultdict
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
from msgspec.structs import replace

from schemas.campaigns import Offer, When
from schemas.codec import decode_json, decode_msgpack
from schemas.decisions import Decision
from schemas.events import Event
from schemas.models import ModelSnapshot
from schemas.topics import BROWSES, CLICKS, DECISIONS, MODELS
from streams.features.values import View
from streams.intake.tokens import Tokens
from streams.learn import LearnSettings
from streams.learn.items import RECOMMENDER
from streams.models.snapshots import pack, unpack
from streams.recommend.serving.choices import MEMBERS
from streams.recommend.serving.compiled import ServedItems
from streams.recommend.serving.picking import OFFERED, pick
from streams.simulate.settings import ShopSettings
from streams.simulate.shop import Shop
from streams.state import FoldSettings
from streams.system import System, SystemSettings
from tests.making.logs import POLICIES, campaign

pytestmark = [pytest.mark.statistics, pytest.mark.timeout(600)]

KEY = bytes(32)
STEP, DAY, DAYS = 3_600_000, 86_400_000, 8
SHADOW = replace(
    campaign("more", When(event="add_to_cart"), per_user=None, state="shadow"),
    kind="recommendation",
    offers=(Offer(id="more", kind="recommendation"),),
)
"""Everything is decided and nothing is sent: what customers do afterwards is none of our doing."""


class Choice(NamedTuple):
    """What was picked for somebody at a moment (ms), and what each member of the blend alone would have named."""

    user: str
    at: int
    served: tuple[str, ...]
    alone: dict[str, tuple[str, ...]]


class Lived(NamedTuple):
    """A shop's days: what was picked, and when each user looked at, marked or carted each item last."""

    choices: list[Choice]
    touched: dict[tuple[str, str], list[int]]
    weights: list[float]


class Members:
    """Each member of the blend alone, by version, on the very arrays that are served."""

    def __init__(self) -> None:
        self._served: dict[str, dict[str, ServedItems]] = {}

    def add(self, snapshot: ModelSnapshot) -> None:
        """A version as it is published."""
        alone = {}
        for place, name in enumerate(MEMBERS):
            weights = np.zeros(2 * len(MEMBERS))
            weights[place] = 1.0
            made = replace(snapshot, arrays={**snapshot.arrays, "weights": pack(weights)})
            alone[name] = ServedItems.from_snapshot(made)
        self._served[str(snapshot.version)] = alone

    def picked(self, decision: Decision, view: View) -> dict[str, tuple[str, ...]]:
        """What each would have named at a decision, under the same rules."""
        alone = self._served[decision.versions["recommender"]]
        return {name: pick(view, served).items for name, served in alone.items()}


@pytest.fixture(scope="module")
def lived() -> Lived:
    """A shop of 300 customers over eight days, in two partitions."""
    learn = LearnSettings(choices_every=100, retrain_every=10**9, refit_every=10**9)
    given = SystemSettings(
        token_key=KEY, fold=FoldSettings(coupon_key=KEY), partitions=2, learn=learn, watermark_interval=STEP
    )
    system, tokens, members = System(given, (SHADOW,), POLICIES), Tokens(KEY), Members()
    shop = Shop(ShopSettings(seed=5, customers=300), tokens.reveal)
    choices: list[Choice] = []
    touched: dict[tuple[str, str], list[int]] = defaultdict(list)
    for _ in range(DAYS * DAY // STEP):
        for message in shop.step(shop.now + STEP):
            system.feed(message.topic, message.key, message.value, message.at)
            event = decode_json(message.value, Event) if message.topic in (BROWSES, CLICKS) else None
            if event is not None and event.item_id:
                touched[tokens.token(event.user_id or ""), event.item_id].append(event.occurred_at)
            choices += _choices(system, members, event)
        system.advance(shop.now)
    return Lived(choices, touched, system.items.choices.state.weights)


def _choices(system: System, members: Members, event: Event | None) -> list[Choice]:
    found = []
    for _, output in system.take():
        if output.topic == MODELS and output.key.startswith(RECOMMENDER.encode()):
            members.add(decode_msgpack(output.value, ModelSnapshot))
        if output.topic == DECISIONS and event is not None:
            decision = decode_json(output.value, Decision)
            users = [user for fold in system.decide if (user := fold.users.get(decision.user))]
            if decision.items:
                view = View(users[0], decision.decided_at, event.item_id or "", event.category or "")
                served = tuple(one.item for one in decision.items if one.offered)
                found.append(Choice(decision.user, decision.decided_at, served, members.picked(decision, view)))
    return found


def hits(lived: Lived, named: Callable[[Choice], tuple[str, ...]]) -> np.ndarray:
    """Of each choice, how many of the named items its customer came to within three days."""
    return np.array(
        [
            sum(any(c.at < at <= c.at + 3 * DAY for at in lived.touched.get((c.user, item), ())) for item in named(c))
            for c in lived.choices
        ]
    )


def test_what_is_picked_is_looked_at_more_than_what_is_popular(lived: Lived) -> None:
    """Three times as often, by any one's luck: of customers with a lead for either, the sign test leaves no doubt.

    Popularity and each other member alone are asked at the same moments, on the same arrays, under the same rules.
    """
    served = hits(lived, lambda choice: choice.served)
    alone = {name: hits(lived, lambda choice, name=name: choice.alone[name]) for name in MEMBERS}  # type: ignore[misc]
    shares = {name: float(found.mean()) / OFFERED for name, found in {"served": served, **alone}.items()}
    print(len(served), shares, lived.weights)  # noqa: T201 - figures for the reader of the run
    popular = alone["popularity"]
    ahead, behind = _users(lived, served > popular), _users(lived, served < popular)
    assert served.mean() > 3.0 * popular.mean()
    assert ahead - behind > 4.0 * np.sqrt(ahead + behind)
    assert served.mean() >= 0.9 * max(found.mean() for found in alone.values())


def _users(lived: Lived, which: np.ndarray) -> int:
    return len({choice.user for choice, one in zip(lived.choices, which, strict=True) if one})


def test_the_model_goes_on_from_version_to_version(lived: Lived) -> None:
    """All decisions but the first days' had items: three, or where too much was out of stock fewer; none twice."""
    assert len(lived.choices) > 300
    named = [len(set(choice.served)) for choice in lived.choices]
    assert named == [len(choice.served) for choice in lived.choices]
    assert sum(count == OFFERED for count in named) > 0.95 * len(named)
    assert unpack(pack(np.array(lived.weights))).min() >= 0.0
