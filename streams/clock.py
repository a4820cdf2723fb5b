"""The only "now" of a fold: the arrival time of its records, made monotone."""

MAX_BROKER_LEAD = 60_000
"""How far (ms) a broker's clock may run ahead of the writer's before the writer's is believed."""


def arrival(now: int, broker_time: int, written_at: int) -> int:
    """The next now (ms) of a log whose first record says ``arrival``: a broker's jump ahead is capped."""
    time = min(broker_time, written_at + MAX_BROKER_LEAD)
    return max(now, time)


def source(now: int, broker_time: int, written_at: int) -> int:
    """The next now (ms) of a log whose first record says ``source``: the writer's time, which is the event time."""
    del broker_time
    return max(now, written_at)


CLOCKS = {"arrival": arrival, "source": source}
