"""The log's clock."""

from hypothesis import given
from hypothesis import strategies as st

from streams.clock import CLOCKS, MAX_BROKER_LEAD

TIMES = st.integers(0, 10**13)


@given(st.sampled_from(sorted(CLOCKS)), TIMES, TIMES, TIMES)
def test_now_never_runs_back(clock: str, now: int, broker: int, writer: int) -> None:
    """Whatever the broker or the writer says."""
    assert CLOCKS[clock](now, broker, writer) >= now


@given(TIMES, TIMES)
def test_a_broker_that_jumps_ahead_moves_an_arrival_clock_by_a_minute_at_most(broker: int, writer: int) -> None:
    """The writer's time bounds it."""
    assert CLOCKS["arrival"](0, broker, writer) <= writer + MAX_BROKER_LEAD


@given(TIMES, TIMES)
def test_a_source_clock_is_the_writers(broker: int, writer: int) -> None:
    """The broker's time plays no part."""
    assert CLOCKS["source"](0, broker, writer) == writer
