"""Hourly counts become forecasts that come into force: right ones, under the laws of a fold."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.codec import decode_msgpack, decode_record
from schemas.hourly import HOUR
from schemas.models import ModelSnapshot
from schemas.records import ModelActivated
from schemas.topics import CONTROL, DEAD_LETTERS, MODELS
from streams.demand.served import NAME, PIECES, DemandForecast, arrays_of
from streams.folding import LogRecord, Output
from streams.learn import ForecastLearning, LearnSettings
from streams.profiles.user import mark
from tests.making.checkpoints import Entries, checkpoint
from tests.making.hours import FIRST, busy, counted, log_of, sold

HOURS = 180
SETTINGS = LearnSettings(forecast_every=6)
PLAIN = {"shoes": 9.0}


def folded(log: list[LogRecord], learn: LearnSettings = SETTINGS) -> tuple[ForecastLearning, list[Output]]:
    """In one piece."""
    fold, outputs = ForecastLearning(learn), list[Output]()
    fold.fold(log, outputs)
    return fold, outputs


def versions(outputs: list[Output]) -> list[ModelSnapshot]:
    """What was published."""
    return [decode_msgpack(output.value, ModelSnapshot) for output in outputs if output.topic == MODELS]


@pytest.fixture(scope="module")
def log() -> list[LogRecord]:
    """Seven days and a half, a few records written twice, the last one damaged."""
    told = list(busy(HOURS, PLAIN))
    made = log_of([*told[:100], *told[90:100], *told[100:]])
    return [*made, LogRecord(made[-1].offset + 1, 0, b"k", b"\xc1")]


@pytest.fixture(scope="module")
def straight(log: list[LogRecord]) -> tuple[list[Output], bytes]:
    """Outputs and final state of the log folded in one go."""
    fold, outputs = folded(log)
    return outputs, fold.cut()


def test_forecasts_come_into_force_after_a_week(straight: tuple[list[Output], bytes]) -> None:
    """Every so many hours a version, each activated by the record that made its last hour whole."""
    outputs, _ = straight
    published = versions(outputs)
    assert [one.version for one in published] == [1, 2, 3]
    assert [one.trained_until // HOUR - FIRST for one in published] == [168, 174, 180]
    control = [decode_record(output.value) for output in outputs if output.topic == CONTROL]
    assert [record.body for record in control] == [ModelActivated(NAME, m.version, m.sha256) for m in published]
    assert len({record.origin for record in control}) == len(control)
    assert [output.topic for output in outputs].count(DEAD_LETTERS) == 1


def test_what_is_published_is_what_comes(straight: tuple[list[Output], bytes]) -> None:
    """Of a shop that follows the clock: pieces of the day to come, twice over as two partitions tell of them."""
    last = versions(straight[0])[-1]
    assert last.features == ("events", "orders", PIECES + "shoes")
    served, now = DemandForecast.from_snapshot(last), last.trained_until
    for later in (0, 7):
        hours = range(now // HOUR + later, now // HOUR + later + 24)
        coming = sum(2 * sold(hour, PLAIN)["shoes"] for hour in hours)
        assert served.category_day(mark("shoes"), now + later * HOUR) == pytest.approx(coming, rel=0.1)
    assert served.item_daily(100, mark("shoes")) == pytest.approx(2 * 24 * 9.0, rel=0.1)
    arrays = arrays_of(last)
    assert (arrays["low"] <= arrays["values"]).all()
    assert (arrays["values"] <= arrays["high"]).all()


@settings(max_examples=2, deadline=None)
@given(cuts=st.lists(st.integers(0, 2 * HOURS), max_size=4))
def test_any_split_and_any_restore_change_nothing(
    log: list[LogRecord], straight: tuple[list[Output], bytes], cuts: list[int]
) -> None:
    """In any pieces, each seen twice, with a checkpoint and a restore between any two: the same bytes."""
    outputs, head, entries = list[Output](), None, Entries()
    for start, end in pairwise(sorted({min(cut, len(log)) for cut in cuts} | {0, len(log)})):
        fold = ForecastLearning(SETTINGS)
        fold.restore(head, entries.items())
        fold.fold(log[start:end], outputs)
        fold.fold(log[start:end], outputs)
        head = checkpoint(fold, entries)
    assert (outputs, head) == straight


def test_the_model_pause_holds_forecasts_too() -> None:
    """As long as it lasts, hours are learned and not told of."""
    told = log_of(busy(HOURS, {}))
    assert len(versions(folded(told, LearnSettings(forecast_every=1, pause=5 * HOUR))[1])) == 3


def test_a_hole_in_the_hours_is_no_silence() -> None:
    """Hours that one partition never told of teach nothing: what is expected does not fall."""
    told = list(busy(40, PLAIN))
    whole = folded(log_of(told))[0]
    holes = folded(log_of([one for one in told if not (one.hour % 5 == 0 and one.origin.partition)]))[0]
    levels = []
    for fold in (whole, holes):
        snapshot = fold._demand.snapshot(1, 0)
        levels.append(float(arrays_of(snapshot)["values"][1].mean()))
    assert levels[1] == pytest.approx(levels[0], rel=0.15)
    assert holes.counters()["records_total|learn|hour"] == len(told) - 8


def test_what_comes_late_is_counted_and_not_learned() -> None:
    """A partition that is more than a day behind."""
    alone = [counted(FIRST + n, 0) for n in range(40)]
    fold, _ = folded(log_of([*alone, counted(FIRST + 1, 1)]))
    assert fold.counters() == {"records_total|learn|hour": 40, "records_total|learn|hour_late": 1}


def test_a_category_that_grows_takes_the_place_of_a_weaker_one() -> None:
    """Three are forecast; the new one from the day on which it sells half as much again."""
    weak = {f"c{n}": 2.0 for n in range(3)}
    told = [*busy(24, weak), *busy(25, weak | {"new": 9.0}, FIRST + 24)]
    fold, _ = folded(log_of(told), LearnSettings(forecast_categories=3))
    followed = [name for name in fold.errors() if name.startswith(PIECES)]
    assert len(followed) == 3
    assert PIECES + "new" in followed
