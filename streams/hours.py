"""What ``decide`` tells of every hour, for forecasts: what it counts anyway, and what was bought."""

from schemas.hourly import HOUR, OTHERS, HourCounts
from schemas.records import EventTaken, Ticked, WatermarkReached
from schemas.topics import HOURLY_COUNTS
from streams.demand.counting import Passed, begun
from streams.outputs import Writer
from streams.state import PartitionState

EVENTS, REPEATS = f"records_total|decide|{EventTaken.__struct_config__.tag}", "duplicates_total|event_id"
"""Counters whose difference is the events of the log so far."""


class Hours:
    """Counts the hours of one partition. An hour ends with the first watermark or tick after it, not with an event."""

    def __init__(self, state: PartitionState, writer: Writer) -> None:
        self._state = state
        self._writer = writer

    def take(self, order: EventTaken) -> None:
        """An order came; late and redriven ones count in the hour in which they are heard of."""
        self._state.hour.buy(order.lines)

    def look(self, token: str, time: WatermarkReached | Ticked) -> None:
        """Time passed: tell of the hour if it is over."""
        del token, time
        state = self._state
        if state.now < (state.hour.hour + 1) * HOUR:
            return
        events = state.counters.get(EVENTS, 0) - state.counters.get(REPEATS, 0)
        by_source = state.clock == "source"
        state.hour, passed = begun(state.hour, state.now, events, gaps_are_quiet=by_source)
        if passed is not None:
            self._tell(passed, events)

    def _tell(self, passed: Passed, events: int) -> None:
        counted = passed.counting
        others = {OTHERS: counted.pieces.get(OTHERS, 0)}
        told = HourCounts(
            origin=self._writer.origin(),
            partitions=self._state.partitions,
            hour=counted.hour,
            idle=passed.idle,
            events=events - counted.events,
            orders=counted.orders,
            pieces={name: pieces for name, pieces in counted.pieces.items() if name != OTHERS} | others,
            items=counted.items,
        )
        self._writer.put(HOURLY_COUNTS, str(told.origin.partition), told, event="hour.counted")
