"""Rings all the way round, ``decide`` to ``coordinate`` to ``control`` to ``decide``, under the laws of the log."""

from collections.abc import Sequence
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.codec import decode_record
from schemas.records import RingFound
from schemas.topics import CONTROL, ENTITY_SIGHTINGS, FRAUD_ALERTS, USER_LOG
from streams.fold import DecideFold
from streams.folding import LogRecord, Output
from streams.fraud.rings.finding import RingFinding
from streams.intake.tokens import Tokens
from streams.learn import LearnSettings
from streams.simulate.settings import ShopSettings
from streams.simulate.shop import Shop
from streams.state import FoldSettings
from streams.system import System, SystemSettings, Written
from tests.making.checkpoints import Entries, checkpoint, refolded
from tests.making.logs import BROWSE, CART, POLICIES

KEY = bytes(32)
FOLD = FoldSettings(coupon_key=KEY)
STEP, STEPS = 3_600_000, 24 * 4


class Lived(NamedTuple):
    """A system after some days of a shop, and all it wrote, in order."""

    system: System
    written: list[Written]


@pytest.fixture(scope="module")
def lived() -> Lived:
    """A shop of 80 customers, a third of them in rings, over four days, in two partitions; nobody is messaged."""
    learn = LearnSettings(refit_every=10**9, retrain_every=10**9)
    given_settings = SystemSettings(
        token_key=KEY, fold=FOLD, partitions=2, learn=learn, watermark_interval=STEP, keep_log=True
    )
    system = System(given_settings, (CART, BROWSE), POLICIES)
    shop = Shop(ShopSettings(seed=4, customers=80, rings=0.3), Tokens(KEY).reveal)
    written: list[Written] = []
    for _ in range(STEPS):
        for message in shop.step(shop.now + STEP):
            system.feed(message.topic, message.key, message.value, message.at)
        system.advance(shop.now)
        written += system.take()
    return Lived(system, written)


def outputs_of(lived: Lived, partition: int, topic: str) -> list[bytes]:
    """The values that one partition's fold wrote to a topic that lies beside the log."""
    return [w.output.value for w in lived.written if w.output.topic == topic and w.partition == partition]


def test_rings_come_back_to_every_partition(lived: Lived) -> None:
    """What ``coordinate`` told stands in both logs, and each marks its own users only."""
    told = [w.output for w in lived.written if w.output.topic == CONTROL]
    rings = [record for output in told if isinstance((record := decode_record(output.value)).body, RingFound)]
    assert rings
    for partition, log in enumerate(lived.system.logs):
        copies = [record for one in log if isinstance((record := decode_record(one.value)).body, RingFound)]
        assert [copy.body for copy in copies] == [ring.body for ring in rings]
        marked = {token for token, user in lived.system.decide[partition].users if user.ring is not None}
        assert marked == {token for token, _ in lived.system.decide[partition].users} & set(
            lived.system.rings.known.marks
        )
        assert marked
        assert outputs_of(lived, partition, FRAUD_ALERTS)


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 1), st.lists(st.integers(0, 4000), max_size=3))
def test_refolding_in_any_pieces_gives_the_same_bytes(lived: Lived, partition: int, cuts: list[int]) -> None:
    """Checkpointed and restored between pieces: the same outputs, sightings and ring marks included."""
    log, system = lived.system.logs[partition], lived.system
    outputs, head, entries = refolded(lambda: DecideFold(partition, FOLD, system.models), log, cuts)
    assert [o.value for o in outputs if o.topic == FRAUD_ALERTS] == outputs_of(lived, partition, FRAUD_ALERTS)
    straight, expected, wanted = DecideFold(partition, FOLD, system.models), list[Output](), Entries()
    straight.fold(log, expected)
    assert outputs == expected
    assert (head, entries) == (checkpoint(straight, wanted, most=500), wanted)


def test_whatever_is_written_again_changes_nothing(lived: Lived) -> None:
    """``coordinate`` folds its topic anew after a crash: the same records under the same origins, which are dropped."""
    sightings = [w.output for w in lived.written if w.output.topic == ENTITY_SIGHTINGS]
    again, outputs = RingFinding(), list[Output]()
    again.fold([LogRecord(n, 0, o.key, o.value) for n, o in enumerate(sightings)], outputs)
    assert outputs == [w.output for w in lived.written if w.output.key == b"ring"]
    before = _marks(lived.system.decide)
    for output in outputs:
        lived.system.feed(CONTROL, output.key, output.value, 0)
    assert _marks(lived.system.decide) == before
    assert {w.output.topic for w in lived.system.take()} <= {USER_LOG}


def _marks(folds: Sequence[DecideFold]) -> list[tuple[str, object]]:
    return [(token, user.ring) for fold in folds for token, user in fold.users]
