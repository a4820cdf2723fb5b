"""The capacity plan as a command."""

import json
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from deploy.capacity.__main__ import capacity


def test_three_sizes_are_worked_through() -> None:
    """Without arguments: a column each for a million, a hundred million and a billion users."""
    said = CliRunner().invoke(capacity, [])
    assert said.exit_code == 0
    assert next(line.split()[1:] for line in said.output.splitlines() if line.startswith("users")) == [
        "1,000,000",
        "100,000,000",
        "1,000,000,000",
    ]


@pytest.mark.parametrize("arguments", [["--users", "1e8"], ["--simulate", "--partitions", "64", "--workers", "8"]])
def test_programs_get_json_with_what_it_was_made_of(arguments: list[str]) -> None:
    """Coefficients and assumptions stand beside the result."""
    found = json.loads(CliRunner().invoke(capacity, [*arguments, "--json"]).output)
    assert {"coefficients", "assumptions"} < set(found)
    assert found.get("plans") or found.get("stories")


def test_a_wrong_bench_file_is_one_line(tmp_path: Path) -> None:
    """What is no bench file is refused with what to do, and nothing is overwritten."""
    file = tmp_path / "other.json"
    file.write_bytes(msgspec.json.encode({"ratios": {}}))
    said = CliRunner().invoke(capacity, ["--learn", str(file)])
    assert said.exit_code == 2
    assert len(said.output.strip().splitlines()) == 1
    assert "scripts/bench --curves" in said.output
