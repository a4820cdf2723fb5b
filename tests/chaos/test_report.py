import io
import json

from rich.console import Console

from tests.chaos.report import as_json, show
from tests.chaos.scenario import Verdict

PASSED = Verdict("one", 1, events=100, passed=True, repeats=0, recovery_seconds=1.5)
FAILED = Verdict("two", 1, events=50, passed=False, repeats=2, recovery_seconds=0.0, reason="lost", where="topics x")
SKIPPED = Verdict("three", 4, events=0, passed=False, repeats=0, recovery_seconds=0.0, skipped="no faketime")


def test_what_could_not_be_played_is_told_and_counted_apart() -> None:
    """It is neither a pass nor a failure, and never left out in silence."""
    said = io.StringIO()
    show([PASSED, FAILED, SKIPPED], 60.0, Console(file=said, width=200))
    lines = said.getvalue().splitlines()
    assert lines[-1] == "1 of 2 passed, 1 SKIPPED, 150 events, 1.0 minutes"
    assert "three, seed 4 was SKIPPED: no faketime" in lines
    assert "two, seed 1: lost" in lines


def test_programs_get_the_scenarios_that_were_played_and_the_reasons_of_the_others() -> None:
    """The fields of each that was played; a failure has its reason."""
    told = json.loads(as_json([PASSED, FAILED, SKIPPED]))
    assert told["scenarios"][0] == {
        "name": "one",
        "seed": 1,
        "events": 100,
        "passed": True,
        "repeats": 0,
        "recovery_seconds": 1.5,
    }
    assert [one["name"] for one in told["scenarios"]] == ["one", "two"]
    assert told["scenarios"][1]["reason"] == "lost"
    assert told["skipped"] == [{"name": "three", "seed": 4, "reason": "no faketime"}]
