import os
from pathlib import Path

import numpy as np
import pytest

from agents.errors import WrongUse
from agents.tables.logged import Log, read_logged
from agents.tables.rows import Selection
from streams.assess.policy import assess_policy

ROWS = """user,offer,best,p,new_p,margin,colour
a,off5,off5,0.5,0.2,1.5,red
a,none,off5,0.5,0.8,0,blue
b,off5,off20,0.25,1,-2,red
,none,none,0.75,0,,red
"""
LOG = Log("offer", "margin", "p", "uniform", "user")
DATA = Path(os.environ.get("PROMO_DATA") or Path(__file__).parents[5] / "shared" / "data") / "obd"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Four decisions, one of them without a reward."""
    file = tmp_path / "log.csv"
    file.write_text(ROWS, encoding="utf-8")
    return file


def test_decisions_are_read(table: Path) -> None:
    """Actions and users as codes; a row without a reward is left out, and it is said twice: what and why it matters."""
    read = read_logged(table, LOG)
    assert read.actions == ["off5", "none"]
    assert read.asked.decisions.actions.tolist() == [0, 1, 0]
    assert read.asked.decisions.users.tolist() == [0, 0, 1]
    assert read.asked.decisions.rewards.tolist() == [1.5, 0.0, -2.0]
    assert "1 rows have no margin; where that means that nothing came, write 0 and ask again" in read.notes


@pytest.mark.parametrize(
    ("target", "logged"),
    [
        ("uniform", [0.5, 0.5, 0.5]),
        ("marginal", [0.5, 0.0, 0.5]),
        ("item-marginal", [0.5, 0.0, 0.5]),
        ("action=none", [0.0, 1.0, 0.0]),
        ("greedy:best", [1.0, 0.0, 0.0]),
        ("new_p", [0.2, 0.8, 1.0]),
    ],
)
def test_a_target_is_said_in_a_word(table: Path, target: str, logged: list[float]) -> None:
    """Its probability of each logged action is what the word means."""
    assert read_logged(table, LOG._replace(target=target)).asked.target.logged.tolist() == logged


def test_what_the_target_needs_is_no_feature(table: Path) -> None:
    """Nor are the action, the reward and the propensity."""
    own = read_logged(table, LOG._replace(target="greedy:best")).asked.decisions
    assert (own.numbers.shape, own.levels.shape) == ((3, 1), (3, 1))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"action": "offers"}, "--action offers: "),
        ({"reward": "colour"}, "--reward colour: 'red' is no number; name a column of numbers"),
        ({"reward": "offer"}, "--action offer and --reward offer are the same column"),
        ({"target": "action=off6"}, "--target action=off6: offer was never 'off6', but none, off5; name one of these"),
        (
            {"target": "unifrom"},
            "--target unifrom: neither uniform, marginal, action=VALUE, greedy:COLUMN nor a column",
        ),
        ({"target": "margin", "reward": "new_p"}, "--target margin: row 1 (and in 1 more rows): 1.5 is no probability"),
        ({"target": "greedy:worst"}, "--target greedy: worst: "),
        ({"selection": Selection(only=("colours",))}, "--features colours: "),
    ],
)
def test_a_wrong_choice_is_one_line(table: Path, changes: dict[str, object], said: str) -> None:
    """It names the option, what was found and what would fit."""
    with pytest.raises(WrongUse) as told:
        read_logged(table, LOG._replace(**changes))  # type: ignore[arg-type] # one test for every kind of change
    assert said in str(told.value)


@pytest.mark.parametrize(("wrong", "said"), [("0", "0 is not above 0"), ("", "is missing"), ("50", "50 is above 1")])
def test_a_wrong_propensity_names_its_row(table: Path, wrong: str, said: str) -> None:
    """And says what to do."""
    table.write_text(ROWS.replace("off20,0.25", f"off20,{wrong}"), encoding="utf-8")
    with pytest.raises(WrongUse) as told:
        read_logged(table, LOG)
    assert f"--propensity p: row 3: {said}" in str(told.value)


@pytest.mark.data
@pytest.mark.parametrize(("name", "target"), [("bts_all", "uniform"), ("random_all", "item-marginal")])
def test_open_bandit_is_refused(name: str, target: str) -> None:
    """Thompson to uniform and random to item marginal: too few clicks carry them, so nothing is claimed."""
    file = DATA / f"{name}.csv.gz"
    if not file.is_file():
        pytest.skip(f"{file} is not here; put the public data sets there or set PROMO_DATA")
    log = Log("item_id", "click", "propensity_score", target, selection=Selection("timestamp"))
    found = assess_policy(read_logged(file, log).asked)
    refused = {refusal.rule: refusal.found for refusal in found.refusals}
    assert refused["weighted_conversions"] < 50.0
    assert found.estimates == {}
    assert np.isfinite(found.on_policy.high)
