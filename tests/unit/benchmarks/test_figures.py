"""Benchmarks say what they measured, to people and to programs."""

import msgspec

from tests.benchmarks.figures import Core, Figures, Phases, Speed, as_json, as_table
from tests.benchmarks.pace import Sample, speed

FIGURES = Figures(
    machine="2 × some CPU",
    core=[Core(20, 50_000, 0.05, Phases(7.5, 0.7, 3.3, 1.2, 2.3), 6.25, 640.0)],
    decide=Speed(120_000, 3.0, 40_000.0, 25.0),
    peers={"faust": Speed(120_000, 60.0, 2_000.0, 500.0)},
    ratios={"faust": 20.0},
    cpu_ratios={"faust": 19.5},
)


def test_the_figures_survive_json() -> None:
    """What a program reads is what was measured, under core, decide and ratios."""
    data = as_json(FIGURES)
    assert msgspec.json.decode(data, type=Figures) == FIGURES
    assert {"core", "decide", "ratios"} <= set(msgspec.json.decode(data))


def test_the_table_shows_every_figure() -> None:
    """Machine, phases with the decision rate, checkpoint, and a line per process with its ratio."""
    lines = as_table(FIGURES).splitlines()
    assert lines[0] == "2 × some CPU"
    assert lines[3].split()[:5] == ["20", "live", "campaigns,", "5.0%", "decisions"]
    assert lines[3].split()[5:] == ["7.50", "0.70", "3.30", "1.20", "2.30"]
    assert "6.2 µs and 640 bytes per user" in lines[4]
    assert lines[-2].split() == ["decide", "40,000", "1.0×", "25.0", "1.0×"]
    assert lines[-1].split() == ["faust", "2,000", "20.0×", "500.0", "19.5×"]


def test_speed_leaves_out_start_and_end() -> None:
    """From the first sample at 10 % of the events to the last one."""
    samples = [Sample(0.0, 0, 1.0), Sample(5.0, 150, 2.0), Sample(6.0, 500, 2.2), Sample(7.0, 950, 2.6)]
    found = speed(samples, 1000)
    assert (found.events, found.seconds, found.events_per_second) == (800, 2.0, 400.0)
    assert round(found.cpu_us_per_event) == 750
