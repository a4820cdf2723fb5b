"""What a soak has shown: figures after the warm-up, and whether they are bounded."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from schemas.codec import encode_json
from tests.bounds.slopes import HOUR, quantile, slope
from tests.bounds.watching import Sample

WARM_UP = 0.25
"""Share of the samples that come before the line: caches, pools and profiles fill up."""
BREATH = 4.0
"""MB that a process may take once and for all, as clients' buffers and the allocator's pools do under bursts."""


class Lived(NamedTuple):
    """What a crowd did: events, the bot's, and latencies (ms) with whether the bot was at it."""

    events: int
    bot_events: int
    latencies: Sequence[tuple[bool, float]]


class Memory(msgspec.Struct, frozen=True):
    """Resident memory of a role after the warm-up, in MB, and how it grows."""

    first: float
    last: float
    most: float
    mb_per_hour: float


class Latency(msgspec.Struct, frozen=True):
    """From an event to its decision, as a reader sees it, in ms, for customers other than the bot."""

    count: int
    p50: float
    p99: float


class Verdict(msgspec.Struct, frozen=True):
    """Everything of one run. ``problems`` is empty when nothing grew that must not."""

    seconds: float
    events: int
    bot_events: int
    users: int
    versions_published: int
    versions_left: int
    memory: dict[str, Memory]
    most_lag: dict[str, float]
    latency: dict[str, Latency]
    messages: dict[str, int]
    tolerance: float
    problems: list[str]
    samples: list[Sample]


def judge(samples: Sequence[Sample], lived: Lived, published: int, tolerance: float, behind: int) -> Verdict:
    """The figures, and what is wrong with them.

    Wrong is growth over ``tolerance`` MB/h beyond a breath, and more than ``behind`` records of lag at the end.
    """
    settled = samples[int(len(samples) * WARM_UP) :]
    lines = {role: _line([(sample.at, sample.memory[role]) for sample in settled]) for role in settled[0].memory}
    end, hours = samples[-1], (samples[-1].at - settled[0].at) / HOUR
    return Verdict(
        seconds=end.at,
        events=lived.events,
        bot_events=lived.bot_events,
        users=end.users,
        versions_published=published,
        versions_left=end.versions,
        memory=lines,
        most_lag={role: max(sample.lag[role] for sample in settled) for role in end.lag},
        latency={
            "the bot is away": _latency([late for bursting, late in lived.latencies if not bursting]),
            "the bot is at it": _latency([late for bursting, late in lived.latencies if bursting]),
        },
        messages=end.messages,
        tolerance=tolerance,
        problems=[*_growth(lines, tolerance, hours), *_lags(end, behind)],
        samples=list(samples),
    )


def _line(samples: Sequence[tuple[float, float]]) -> Memory:
    values = [value for _, value in samples]
    return Memory(values[0], values[-1], max(values), slope(samples))


def _latency(late: Sequence[float]) -> Latency:
    return Latency(len(late), quantile(late, 0.5), quantile(late, 0.99))


def _growth(lines: dict[str, Memory], tolerance: float, hours: float) -> list[str]:
    """The line, not the last value: a breath in the middle bends it only while it is as long as the run."""
    return [
        f"{role} grows by {line.mb_per_hour:.0f} MB/h: look at what it keeps"
        for role, line in lines.items()
        if line.mb_per_hour * hours > tolerance * hours + BREATH
    ]


def _lags(end: Sample, behind: int) -> list[str]:
    return [
        f"{role} is {lag:,.0f} records behind at the end: the load is more than this machine bears"
        for role, lag in end.lag.items()
        if lag > behind
    ]


def as_json(verdict: Verdict) -> bytes:
    """For programs."""
    return encode_json(verdict) + b"\n"


def as_table(verdict: Verdict) -> str:
    """For people."""
    head = f"{'after the warm-up':<20}{'MB first':>10}{'last':>10}{'most':>10}{'MB/h':>10}{'most lag':>12}"
    rows = [
        f"{role:<20}{line.first:>10.1f}{line.last:>10.1f}{line.most:>10.1f}{line.mb_per_hour:>+10.1f}"
        f"{verdict.most_lag.get(role, 0):>12,.0f}"
        for role, line in verdict.memory.items()
    ]
    rows += ["", f"{'event → decision, ms':<20}{'count':>10}{'p50':>10}{'p99':>10}"]
    rows += [f"{when:<20}{one.count:>10,}{one.p50:>10.0f}{one.p99:>10.0f}" for when, one in verdict.latency.items()]
    rows += ["", f"{'messages':<20}" + ", ".join(f"{name} {n:,}" for name, n in verdict.messages.items() if n)]
    figures = (
        f"{verdict.seconds:.0f} s, {verdict.events:,} events and {verdict.bot_events:,} of the bot, {verdict.users:,} "
        f"users; {verdict.versions_published} model versions published, {verdict.versions_left} left"
    )
    return "\n".join([figures, "", head, *rows, "", *(verdict.problems or ["nothing grew that must not"])])
