"""Curves of cost: flat means flat, and a multiplied population is the same population more often."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.folding import Output
from tests.benchmarks.curve_figures import Curves, curve, growth_per_decade
from tests.benchmarks.curves_table import curves_table
from tests.benchmarks.population import Population
from tests.benchmarks.shop_log import make_log, shipped, sparing

ROOT = Path(__file__).parents[3]


@given(cost=st.floats(0.1, 1000.0), power=st.floats(-1.0, 1.0))
def test_growth_is_found_again(cost: float, power: float) -> None:
    """A cost that grows with a power of its cause grows by that power of ten per decade; a constant one is flat."""
    points = [(float(cause), cost * cause**power) for cause in (1_000, 10_000, 100_000, 1_000_000)]
    assert growth_per_decade(points) == pytest.approx(10**power - 1, abs=1e-6)
    assert curve("core", "users", "µs", [(cause, cost) for cause, _ in points]).flat


def test_the_table_shows_every_point_and_the_growth() -> None:
    """Each curve says whether it is flat, point by point, and the single figures follow."""
    core = curve("core per event", "users", "CPU µs", [(10, 8.0), (100, 16.0)], promised_flat=True)
    found = Curves("2 × some CPU", [core], {"a_b": 3.5})
    lines = curves_table(found).splitlines()
    assert lines[2] == "core per event, CPU µs: +100.0% per decade of users (not flat)"
    assert [line.split() for line in lines[3:5]] == [["10", "users", "8.00"], ["100", "users", "16.00"]]
    assert lines[-1].split() == ["a_b", "3.50"]


@pytest.fixture(scope="module")
def population() -> Population:
    """A small shop's customers."""
    return Population(make_log(2_000, sparing(shipped()), 1))


def test_a_multiplied_population_does_the_same_more_often(population: Population) -> None:
    """Three copies of everybody, folded on, count three times the events of one."""
    one, three = len(population), 3 * len(population)
    counts = []
    for users in (one, three):
        fold = population.grown(users)
        before = fold.counters()["records_total|decide|e"]
        records, events = population.what_follows(users, 10**9, fold.applied + 1)
        fold.fold(records, list[Output]())
        assert fold.counters()["records_total|decide|e"] - before == events
        counts.append(events)
    assert counts[1] == 3 * counts[0]


def test_a_smaller_population_leaves_the_others_out(population: Population) -> None:
    """Only users of it act, and nobody new appears of those who were there."""
    few = population.grown(5)
    records, _ = population.what_follows(5, 10**9, few.applied + 1)
    users = {record.key for record in records if record.key}
    assert len(users) <= 5
    few.fold(records, list[Output]())
    assert len(few.users) <= 5


def test_the_peers_use_the_cores_own_packages() -> None:
    """What the decision core imports has the same version in the peers' lock as in the project's."""
    theirs, ours = (_pins(ROOT / path) for path in ("tests/benchmarks/peers/requirements.lock", "requirements.lock"))
    core = ("msgspec", "numpy", "numba", "llvmlite", "pyyaml")
    assert {name: theirs[name] for name in core} == {name: ours[name] for name in core}


def test_the_peers_are_pinned_with_hashes() -> None:
    """What is measured is what was named, byte for byte."""
    pins = _pins(ROOT / "tests/benchmarks/peers/requirements.lock")
    assert {"quixstreams", "bytewax", "confluent-kafka"} <= set(pins)


def _pins(lock: Path) -> dict[str, str]:
    text = lock.read_text(encoding="utf-8")
    assert text.count("==") <= text.count("--hash=sha256:")
    return dict(re.findall(r"^([\w.-]+)==([\w.]+)", text, re.MULTILINE))
