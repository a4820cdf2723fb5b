import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from agents.cli import promostream


@pytest.mark.data
@pytest.mark.parametrize(
    ("file", "mapping", "read", "dead", "users"),
    [
        ("taobao_userbehavior.csv.gz", "taobao.toml", 84_476, 1, 815),
        ("rees46_2019_oct_sample.csv.gz", "rees46.toml", 17_435, 0, 4_505),
    ],
)
def test_every_row_of_a_real_history_is_accounted_for(
    data: Path, examples: Path, tmp_path: Path, file: str, mapping: str, read: int, dead: int, users: int
) -> None:
    """All whole rows are in profiles, what was cut off is in dead letters with its bytes."""
    told = ["--mapping", str(examples / "mappings" / mapping), "--campaigns", str(examples / "campaigns")]
    result = CliRunner().invoke(promostream, ["replay", str(data / file), *told, "--out", str(tmp_path), "--json"])
    assert result.exit_code == 0, result.output
    summary = json.loads(result.stdout)
    assert (summary["events_read"], summary["events_dead_lettered"], summary["users"]) == (read, dead, users)
    assert (summary["events_accepted"], summary["events_duplicate"]) == (read - dead, 0)
    assert summary["decisions"] > 0
    letters = [json.loads(line) for line in (tmp_path / "dead_letters.jsonl").read_text().splitlines()]
    assert [letter["reason"] for letter in letters] == ["unreadable_row"] * dead
