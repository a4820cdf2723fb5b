"""What is measured: structs that become JSON."""

import msgspec


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


class Latency(msgspec.Struct, frozen=True):
    """From publishing an event to a readable trigger at ``rate`` events/s, in ms; None where it ``fell_behind``.

    ``cpu`` is the share of a core that the process used meanwhile (both processes of Promostream together).
    """

    rate: int
    triggers: int
    p50_ms: float | None
    p99_ms: float | None
    cpu: float
    fell_behind: bool


class Row(msgspec.Struct, frozen=True):
    """One contestant: medians over the rounds; ``reason`` says why there are none.

    ``ratio`` is events/s of ``decide`` over its own, ``cpu_ratio`` its CPU time per event over that of ``decide``.
    """

    name: str
    persists: str
    speed: Speed | None = None
    ratio: float | None = None
    cpu_ratio: float | None = None
    latency: tuple[Latency, ...] = ()
    reason: str = ""


class Figures(msgspec.Struct, frozen=True):
    """Everything of one run. Campaigns on the broker are those of the first of ``core``.

    ``checkpoint_interval`` (s) is that of every contestant that has one. ``ratios`` are those of the rows with one.
    """

    machine: str
    checkpoint_interval: float
    core: list[Core]
    rows: list[Row]
    ratios: dict[str, float]
    cpu_ratios: dict[str, float]
