"""Figures for people, as tables of text, and for programs, as JSON."""

from collections.abc import Iterable

import msgspec

from schemas.codec import encode_json
from tests.benchmarks.figures import Core, Figures, Latency, Phases, Row

NAMED = 44


def as_json(figures: msgspec.Struct) -> bytes:
    """The figures for programs."""
    return encode_json(figures) + b"\n"


def as_table(figures: Figures) -> str:
    """The figures for people."""
    parts = (_core(figures.core), _speeds(figures), _latencies(figures.rows), _persisted(figures))
    return "\n".join([figures.machine, *(line for part in parts if part for line in ("", *part))])


def _core(cores: list[Core]) -> list[str]:
    names = Phases.__struct_fields__
    head = "".join(f"{name:>11}" for name in names)
    lines = [f"{'decision core, CPU µs per event':<{NAMED}}{head}"]
    for core in cores:
        what = f"{core.campaigns} live campaigns, {core.decisions_per_event:.1%} decisions"
        lines.append(f"{what:<{NAMED}}" + "".join(f"{getattr(core.us_per_event, name):>11.2f}" for name in names))
    lines += [
        f"checkpoint at {core.campaigns} campaigns: {core.checkpoint_us_per_user:.1f} µs and "
        f"{core.checkpoint_bytes_per_user:.0f} bytes per user"
        for core in cores
    ]
    return lines


def _speeds(figures: Figures) -> list[str]:
    what = f"one broker, one topic, {figures.core[0].decisions_per_event:.1%} decisions" if figures.core else ""
    lines = [f"{what:<{NAMED}}{'events/s':>11}{'ratio':>11}{'µs CPU':>11}{'ratio':>11}"]
    for row in figures.rows:
        if row.speed is not None:
            rate, cpu = f"{row.speed.events_per_second:>11,.0f}", f"{row.speed.cpu_us_per_event:>11.1f}"
            lines.append(f"{row.name:<{NAMED}}{rate}{row.ratio or 0:>10.1f}×{cpu}{row.cpu_ratio or 0:>10.1f}×")
        elif row.reason:
            lines.append(f"{row.name:<{NAMED}} not measured: {row.reason}")
    return lines


def _latencies(rows: Iterable[Row]) -> list[str]:
    measured = [(row.name, latency) for row in rows for latency in row.latency]
    if not measured:
        return []
    head = f"{'rate':>11}{'p50 ms':>11}{'p99 ms':>11}{'triggers':>11}{'of a core':>11}"
    return [f"{'from publishing to a readable trigger':<{NAMED}}{head}", *(_latency(*pair) for pair in measured)]


def _latency(name: str, found: Latency) -> str:
    if found.fell_behind or found.p50_ms is None or found.p99_ms is None:
        return f"{name:<{NAMED}}{found.rate:>11,}{'fell behind':>22}"
    times = f"{found.p50_ms:>11.1f}{found.p99_ms:>11.1f}"
    return f"{name:<{NAMED}}{found.rate:>11,}{times}{found.triggers:>11,}{found.cpu:>11.0%}"


def _persisted(figures: Figures) -> list[str]:
    head = f"what each keeps; checkpoints, commits and epochs every {figures.checkpoint_interval:g} s"
    return [head, *(f"{row.name:<18}{row.persists}" for row in figures.rows)]
