"""Latencies are those of triggers whose cause was published in the measured window."""

import pytest

from tests.benchmarks.latency import Load, _caused_by, _latency, _times

LOAD = Load(2_000, 10.0, 0)


def test_an_output_names_the_record_that_caused_it() -> None:
    """Partition and offset stand in its header."""
    assert _caused_by([("ce_id", b"x"), ("origin", b"e1/3/4711/2")]) == (3, 4711)


def test_only_what_was_published_in_the_window_counts() -> None:
    """The warm-up, the time after, and triggers of unknown cause are left out."""
    published = {(0, 1): 9.9, (0, 2): 10.0, (0, 3): 19.9, (0, 4): 20.0}
    arrivals = [((0, n), at + 0.01) for n, at in ((1, 9.9), (2, 10.0), (3, 19.9), (4, 20.0), (5, 12.0))]
    assert list(_times(arrivals, published.get, 10.0, 20.0)) == pytest.approx([10.0, 10.0])


def test_percentiles_are_those_of_what_was_found() -> None:
    """Of a hundred triggers the fiftieth and the ninety-ninth; none at all without triggers or when it fell behind."""
    found = [float(ms) for ms in range(1, 101)]
    known = _latency(LOAD, found, 0.2, fell_behind=False)
    assert (known.p50_ms, known.p99_ms) == (50.0, 99.0)
    assert _latency(LOAD, [], 0.2, fell_behind=False).p99_ms is None
    assert _latency(LOAD, found, 0.2, fell_behind=True).p50_ms is None
