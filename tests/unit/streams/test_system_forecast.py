"""Forecasts all the way round, ``decide`` to ``learn`` to ``control`` to ``decide``, under the laws of the log."""

from collections import Counter
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.codec import decode_json, decode_msgpack
from schemas.decisions import Decision
from schemas.events import Event
from schemas.hourly import HOUR, HourCounts
from schemas.topics import DECISIONS, EVENT_SOURCES, HOURLY_COUNTS, MODELS
from streams.demand.served import NAME
from streams.fold import DecideFold
from streams.folding import LogRecord, Output
from streams.intake.tokens import Tokens
from streams.learn import ForecastLearning, LearnSettings
from streams.simulate.settings import ShopSettings
from streams.simulate.shop import Shop
from streams.state import FoldSettings
from streams.system import System, SystemSettings, Written
from tests.making.checkpoints import Entries, checkpoint, refolded
from tests.making.logs import BROWSE, CART, POLICIES

KEY = bytes(32)
FOLD = FoldSettings(coupon_key=KEY)
LEARN = LearnSettings(refit_every=10**9, retrain_every=10**9, forecast_every=4, forecast_categories=2)
HOURS = 24 * 7 + 9


class Lived(NamedTuple):
    """A system after a week of a shop, all it wrote, in order, and the events and pieces of every hour."""

    system: System
    written: list[Written]
    events: Counter[int]
    pieces: Counter[int]

    def of(self, topic: str) -> list[Output]:
        """What was written to a topic."""
        return [written.output for written in self.written if written.output.topic == topic]


@pytest.fixture(scope="module")
def lived() -> Lived:
    """A shop of 30 customers in two partitions; nobody is messaged."""
    told = SystemSettings(token_key=KEY, fold=FOLD, partitions=2, learn=LEARN, watermark_interval=HOUR, keep_log=True)
    system = System(told, (CART, BROWSE), POLICIES)
    shop = Shop(ShopSettings(seed=4, customers=30), Tokens(KEY).reveal)
    written, events, pieces = list[Written](), Counter[int](), Counter[int]()
    for _ in range(HOURS):
        for message in shop.step(shop.now + HOUR):
            system.feed(message.topic, message.key, message.value, message.at)
            if message.topic in EVENT_SOURCES:
                events[message.at // HOUR] += 1
                event = decode_json(message.value, Event)
                pieces[message.at // HOUR] += (event.type == "purchase") * sum(line.quantity for line in event.lines)
        system.advance(shop.now)
        written += system.take()
    return Lived(system, written, events, pieces)


def test_the_hours_are_those_of_the_shop(lived: Lived) -> None:
    """Both partitions' together, against a count of what the shop published, from the second hour on."""
    told = [decode_msgpack(output.value, HourCounts) for output in lived.of(HOURLY_COUNTS)]
    events, pieces = Counter[int](), Counter[int]()
    for one in told:
        events[one.hour] += one.events
        pieces[one.hour] += sum(one.pieces.values())
    first, last = min(events), min(max(one.hour for one in told if one.origin.partition == p) for p in (0, 1))
    assert first <= min(lived.events) + 1
    for hour in range(first, last):
        assert (events[hour], pieces[hour]) == (lived.events[hour], lived.pieces[hour])


def test_decisions_name_the_forecast_in_force(lived: Lived) -> None:
    """Both partitions decide by the newest version after the first week."""
    versions = len(lived.of(MODELS))
    assert versions >= 2
    assert [fold.state.models[NAME].version for fold in lived.system.decide] == [versions] * 2
    decisions = [decode_json(output.value, Decision) for output in lived.of(DECISIONS)]
    named = [decision.versions.get(NAME) for decision in decisions]
    assert named[0] is None
    assert named[-1] in {str(number + 1) for number in range(versions)}


@settings(max_examples=3, deadline=None)
@given(st.integers(0, 1), st.lists(st.integers(0, 4000), max_size=3))
def test_refolding_in_any_pieces_gives_the_same_bytes(lived: Lived, partition: int, cuts: list[int]) -> None:
    """Checkpointed and restored between pieces: the same outputs, hours and decisions included."""
    log, system = lived.system.logs[partition], lived.system
    outputs, head, _ = refolded(lambda: DecideFold(partition, FOLD, system.models), log, cuts)
    mine = [w.output for w in lived.written if w.output.topic == DECISIONS and w.partition == partition]
    told = [o for o in lived.of(HOURLY_COUNTS) if o.key == str(partition).encode()]
    assert [o for o in outputs if o.topic == DECISIONS] == mine
    assert [o for o in outputs if o.topic == HOURLY_COUNTS] == told
    assert mine
    assert told
    assert head == checkpoint(system.decide[partition], Entries())


def test_whatever_is_written_again_changes_nothing(lived: Lived) -> None:
    """``learn`` folds its topic anew after a crash: the same versions under the same origins."""
    counts = lived.of(HOURLY_COUNTS)
    again, outputs = ForecastLearning(LEARN), list[Output]()
    twice = [one for output in counts for one in (output, output)]
    again.fold([LogRecord(n, 0, o.key, o.value) for n, o in enumerate(twice)], outputs)
    assert [o.value for o in outputs if o.topic == MODELS] == [o.value for o in lived.of(MODELS)]
    assert again.counters()["duplicates_total|hourly-counts"] == len(counts)
