"""What is measured, as JSON and as a table for people."""

import msgspec

from schemas.codec import encode_json


class Phases(msgspec.Struct, frozen=True):
    """CPU time of the fold per event, in µs: the whole, and its parts.

    ``profiles``: clock, origins, profile, conditions, timers. ``risk``: fraud features, rules, forest. ``decisions``:
    gates, values, draw, and encoding of everything written.
    """

    whole: float
    decode: float
    profiles: float
    risk: float
    decisions: float


class Core(msgspec.Struct, frozen=True):
    """The decision core at so many live campaigns; checkpoint in µs and bytes per user."""

    campaigns: int
    events: int
    decisions_per_event: float
    us_per_event: Phases
    checkpoint_us_per_user: float
    checkpoint_bytes_per_user: float


class Speed(msgspec.Struct, frozen=True):
    """A process folding a log on the broker from 10 % of its events to 90 %: so many ``events`` in ``seconds``."""

    events: int
    seconds: float
    events_per_second: float
    cpu_us_per_event: float


class Figures(msgspec.Struct, frozen=True):
    """Everything of one run; speeds and ratios are medians over its rounds.

    ``ratios`` is events/s of ``decide`` over the peer's, ``cpu_ratios`` the peer's CPU time per event over that of
    ``decide``. Campaigns on the broker are those of the first of ``core``.
    """

    machine: str
    core: list[Core]
    decide: Speed
    peers: dict[str, Speed]
    ratios: dict[str, float]
    cpu_ratios: dict[str, float]


def as_json(figures: Figures) -> bytes:
    """The figures for programs."""
    return encode_json(figures) + b"\n"


def as_table(figures: Figures) -> str:
    """The figures for people."""
    return "\n".join([figures.machine, "", *_core(figures.core), "", *_speeds(figures)])


def _core(cores: list[Core]) -> list[str]:
    names = Phases.__struct_fields__
    head = "".join(f"{name:>11}" for name in names)
    lines = [f"{'decision core, CPU µs per event':<44}{head}"]
    for core in cores:
        what = f"{core.campaigns} live campaigns, {core.decisions_per_event:.1%} decisions"
        lines.append(f"{what:<44}" + "".join(f"{getattr(core.us_per_event, name):>11.2f}" for name in names))
    lines += [
        f"checkpoint at {core.campaigns} campaigns: {core.checkpoint_us_per_user:.1f} µs and "
        f"{core.checkpoint_bytes_per_user:.0f} bytes per user"
        for core in cores
    ]
    return lines


def _speeds(figures: Figures) -> list[str]:
    what = f"on a broker, durable, {figures.core[0].decisions_per_event:.1%} decisions"
    lines = [f"{what:<44}{'events/s':>11}{'ratio':>11}{'µs CPU':>11}{'ratio':>11}"]
    ratios, cpu_ratios = {"decide": 1.0} | figures.ratios, {"decide": 1.0} | figures.cpu_ratios
    for name, speed in ({"decide": figures.decide} | figures.peers).items():
        rate, cpu = f"{speed.events_per_second:>11,.0f}", f"{speed.cpu_us_per_event:>11.1f}"
        lines.append(f"{name:<44}{rate}{ratios[name]:>10.1f}×{cpu}{cpu_ratios[name]:>10.1f}×")
    return lines
