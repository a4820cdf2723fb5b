"""In this process: cost per event of the core against users, live campaigns and hours of log; memory per user."""

import os
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from msgspec import structs

from agents.runtime.memory import settle_memory
from schemas.campaigns import Campaign, Condition
from schemas.codec import decode_record, encode_msgpack
from schemas.origins import Origin
from schemas.records import CampaignsActivated, EventTaken, Record
from streams.fold import DecideFold
from streams.folding import LogRecord, Output
from tests.benchmarks.curve_figures import Curve, curve
from tests.benchmarks.population import Population, models_of
from tests.benchmarks.shop_log import FOLD, ShopLog

MEASURED = 60_000
"""Records folded at each point."""
PIECES = 12
NEVER = 1_000
"""Views or cart items that no customer reaches: the campaigns that do not apply wait for them."""
SLICES = 8
BEHIND_OPENING = 10
"""A record after the opening and the campaigns, whose times are no times of the shop."""


def against_users(population: Population, sizes: Sequence[int]) -> tuple[Curve, float]:
    """Cost per event with so many users in memory; and the bytes of memory that a user takes."""
    points, memory = list[tuple[float, float]](), 0.0
    for users in sizes:
        before = _resident()
        fold = population.grown(users)
        settle_memory()
        memory = (_resident() - before) / users  # the last size is the largest: there the rest counts least
        records, _ = population.what_follows(users, MEASURED, fold.applied + 1)
        points.append((users, _cost(fold, records)))
        del fold, records
    return curve("core per event", "users", "CPU µs", points, promised_flat=True), memory


def against_campaigns(population: Population, campaigns: CampaignsActivated, counts: Sequence[int]) -> Curve:
    """Cost per event with so many live campaigns, of which only the first ever applies."""
    points: list[tuple[float, float]] = []
    for count in counts:
        fold = population.grown(len(population))
        set_now = Record(Origin("operator", 0, fold.state.now + 1), fold.state.now, "", _with_idle(campaigns, count))
        fold.fold((LogRecord(fold.applied + 1, fold.state.now, b"", encode_msgpack(set_now)),), list[Output]())
        records, _ = population.what_follows(len(population), MEASURED, fold.applied + 1)
        points.append((count, _cost(fold, records)))
    return curve("core per event", "live campaigns", "CPU µs", points, promised_flat=True)


def against_hours(log: ShopLog) -> Curve:
    """Cost per event as a shop's log grows older; the first slice, in which it opens, aside."""
    points: list[tuple[float, float]] = []
    models = models_of(log)
    folds = [DecideFold(number, FOLD, models) for number in range(len(log.partitions))]
    began = log.partitions[0][BEHIND_OPENING].timestamp
    for part in range(SLICES):
        slices = [_slice(records, part) for records in log.partitions]
        cost = median(_cost(fold, records) for fold, records in zip(folds, slices, strict=True))
        points.append(((slices[0][-1].timestamp - began) / 3_600_000, cost))
    return curve("core per event", "hours of log", "CPU µs", points[1:], promised_flat=True)


def _slice(records: Sequence[LogRecord], part: int) -> Sequence[LogRecord]:
    return records[len(records) * part // SLICES : len(records) * (part + 1) // SLICES]


def _cost(fold: DecideFold, records: Sequence[LogRecord]) -> float:
    """CPU µs per event: the median over pieces, so that a noisy neighbour spoils one piece and not the whole."""
    size = max(1, len(records) // PIECES)
    return median(_piece(fold, records[at : at + size]) for at in range(0, size * (len(records) // size), size))


def _piece(fold: DecideFold, records: Sequence[LogRecord]) -> float:
    events = sum(isinstance(decode_record(record.value).body, EventTaken) for record in records)
    began = time.thread_time_ns()
    for at in range(0, len(records), 500):
        fold.fold(records[at : at + 500], list[Output]())
    return (time.thread_time_ns() - began) / max(1, events) / 1000


def _with_idle(campaigns: CampaignsActivated, count: int) -> CampaignsActivated:
    first, kinds = campaigns.campaigns[0], campaigns.campaigns
    idle = tuple(_idle(kinds[number % len(kinds)], number) for number in range(1, count))
    return structs.replace(campaigns, campaigns=(first, *idle))


def _idle(campaign: Campaign, number: int) -> Campaign:
    feature = "cart.items" if campaign.when.wait else "session.category_views"
    where = Condition(feature=feature, op="==", value=float(NEVER + number))
    return structs.replace(campaign, name=f"idle-{number}", when=structs.replace(campaign.when, where=where))


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
