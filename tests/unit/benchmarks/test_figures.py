"""Benchmarks say what they measured, to people and to programs."""

from pathlib import Path

import msgspec
import pytest

from tests.benchmarks.comparison import Comparison
from tests.benchmarks.contestants import CONTESTANTS
from tests.benchmarks.figures import Core, Figures, Latency, Phases, Row, Speed
from tests.benchmarks.pace import Sample, Stuck, last_line, speed
from tests.benchmarks.table import as_json, as_table

FIGURES = Figures(
    machine="2 × some CPU",
    checkpoint_interval=2.0,
    core=[Core(20, 50_000, 0.05, Phases(7.5, 0.7, 3.3, 1.2, 2.3), 6.25, 640.0)],
    rows=[
        Row(
            "decide",
            "users and more",
            Speed(120_000, 3.0, 40_000.0, 25.0),
            1.0,
            1.0,
            (Latency(2_000, 300, 8.0, 21.5, 0.16, fell_behind=False),),
        ),
        Row(
            "faust",
            "users",
            Speed(120_000, 60.0, 2_000.0, 500.0),
            20.0,
            19.5,
            (Latency(2_000, 0, None, None, 0.0, fell_behind=True),),
        ),
        Row("quix", "users", reason="its environment cannot be made: no such package"),
    ],
    ratios={"faust": 20.0},
    cpu_ratios={"faust": 19.5},
)


def test_the_figures_survive_json() -> None:
    """What a program reads is what was measured, every row and the ratios."""
    data = as_json(FIGURES)
    assert msgspec.json.decode(data, type=Figures) == FIGURES
    assert {"core", "rows", "ratios"} <= set(msgspec.json.decode(data))


def test_the_table_shows_every_figure() -> None:
    """Machine, phases with the decision rate, checkpoint, a line per contestant with its ratios and what it keeps."""
    lines = as_table(FIGURES).splitlines()
    assert lines[0] == "2 × some CPU"
    assert lines[3].split() == ["20", "live", "campaigns,", "5.0%", "decisions", "7.50", "0.70", "3.30", "1.20", "2.30"]
    assert "6.2 µs and 640 bytes per user" in lines[4]
    assert lines[7].split() == ["decide", "40,000", "1.0×", "25.0", "1.0×"]
    assert lines[8].split() == ["faust", "2,000", "20.0×", "500.0", "19.5×"]
    assert lines[12].split() == ["decide", "2,000", "8.0", "21.5", "300", "16%"]
    assert lines[-3].split(maxsplit=1) == ["decide", "users and more"]


def test_a_peer_that_is_not_there_is_named_with_its_reason() -> None:
    """It is never dropped silently, and one that cannot keep up says so instead of a latency."""
    table = as_table(FIGURES)
    assert "not measured: its environment cannot be made: no such package" in table
    assert next(line for line in table.splitlines() if line.endswith("fell behind")).split()[0] == "faust"


def test_ratios_are_medians_of_ratios_within_a_round() -> None:
    """A round in which the whole machine was slow spoils no ratio."""
    comparison = Comparison(CONTESTANTS[:2])
    for number, slowness in enumerate((1.0, 5.0, 1.1)):
        for name, rate in (("decide", 40_000.0), ("faust", 2_000.0)):
            comparison.speeds[name][number] = Speed(1, 1.0, rate / slowness, 1e6 / rate * slowness)
    decide, faust = comparison.rows()
    assert decide.ratio == 1.0
    assert faust.ratio == pytest.approx(20.0)
    assert faust.cpu_ratio == pytest.approx(20.0)


def test_who_failed_has_a_row_without_figures() -> None:
    """The reason stands in it."""
    comparison = Comparison(CONTESTANTS[:2])
    comparison.speeds["decide"][0] = Speed(1, 1.0, 1.0, 1.0)
    comparison.reasons["faust"] = "it ended"
    assert comparison.rows()[1] == Row("faust", CONTESTANTS[1].persists, reason="it ended")


def test_speed_leaves_out_start_and_end() -> None:
    """From the first sample at 10 % of the events to the last one."""
    samples = [Sample(0.0, 0, 1.0), Sample(5.0, 150, 2.0), Sample(6.0, 500, 2.2), Sample(7.0, 950, 2.6)]
    found = speed(samples, 1000)
    assert (found.events, found.seconds, found.events_per_second) == (800, 2.0, 400.0)
    assert round(found.cpu_us_per_event) == 750


def test_a_stuck_process_is_told_by_its_last_words(tmp_path: Path) -> None:
    """The last line that is not empty; a reason for the table, not a traceback."""
    log = tmp_path / "log"
    log.write_text("starting\nno space left\n\n")
    assert last_line(log) == "no space left"
    assert issubclass(Stuck, Exception)
