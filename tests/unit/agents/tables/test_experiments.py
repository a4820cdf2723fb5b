from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agents.errors import WrongUse
from agents.tables.experiments import ExperimentChoice, ExperimentTable, read_experiment

ARMS = ("A", " B ", "C", "")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """200 rows: every fourth of arm A, B, C and of none; visits, spend, what it cost, a chance."""
    rows = [
        f"{ARMS[k % 4]},{k % 2},{('no', 'yes')[k % 5 == 0]},{k % 3}.5,{0.5 * (k % 4 == 1)},0.{1 + k % 9},{k}"
        for k in range(200)
    ]
    file = tmp_path / "mail.csv"
    file.write_text("arm,sent,visit,spend,paid,chance,age\n" + "\n".join(rows), encoding="utf-8")
    return file


def read(table: Path, **choice: str) -> ExperimentTable:
    """Arm B against A, visits, unless it says otherwise."""
    wanted: dict[str, Any] = {"treatment": "arm", "outcome": "visit"} | choice
    return read_experiment(table, ExperimentChoice(**wanted))


def test_two_arms_of_several_are_compared(table: Path) -> None:
    """Rows of other arms and of none are left out, which is said; spaces and capitals do not matter."""
    found = read(table, treated="b", control="A")
    assert found.arms == ("B", "A")
    assert found.experiment.treated.tolist() == [0.0, 1.0] * 50
    assert found.notes[:2] == [
        "50 rows with another value of arm were left out",
        "50 rows without arm were left out",
    ]
    assert "arm" not in found.names[1]
    assert "visit" not in found.names[1]


def test_yes_and_no_need_no_naming(table: Path) -> None:
    """A treatment of 0 and 1 says itself who was treated; an outcome of yes and no is 1 and 0."""
    own = read(table, treatment="sent").experiment
    assert own.treated.tolist() == [0.0, 1.0] * 100
    assert own.outcomes[:6].tolist() == [1.0, 0.0, 0.0, 0.0, 0.0, 1.0]


def test_outcomes_may_be_numbers_and_costs_a_column(table: Path) -> None:
    """What was paid for the treated only is taken as what treating the others would have cost on average."""
    found = read(table, treated="B", control="A", outcome="spend", cost="paid", propensity="chance")
    assert set(found.experiment.outcomes) == {0.5, 1.5, 2.5}
    assert found.cost.tolist() == [0.5] * 100
    assert found.experiment.propensity is not None
    assert np.isclose(found.experiment.propensity[0], 0.1)
    assert "treating those is taken to cost 0.5" in found.notes[-1]
    assert found.names[0] == ["sent", "age"]


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({}, "choose two with --treated and --control"),
        ({"treated": "B"}, "choose two with --treated and --control"),
        ({"treated": "D", "control": "A"}, "--treated D: arm has the values A, B, C; name one of them"),
        ({"treated": "A", "control": "a"}, "--treated and --control are both A"),
        ({"treatment": "visits"}, "no such column, but arm, sent"),
        ({"treatment": "sent", "outcome": "arm"}, "'A' is no number"),
        ({"treatment": "sent", "propensity": "sent"}, "between 0 and 1"),
        ({"treatment": "sent", "cost": "arm"}, "'A' is no number"),
        ({"treatment": "sent", "outcome": "sent"}, "both the treatment and the outcome"),
        ({"treatment": "age", "treated": "1", "control": "2"}, "at least 20 of each are needed"),
    ],
)
def test_what_does_not_fit_is_named(table: Path, choice: dict[str, str], said: str) -> None:
    """One line that names the option, the column or the value, and what would fit."""
    with pytest.raises(WrongUse) as refused:
        read(table, **choice)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_two_values_without_a_plain_control_are_asked_for(tmp_path: Path) -> None:
    """Of mail and push nobody knows which is the treatment; naming one settles both."""
    file = tmp_path / "two.csv"
    rows = "\n".join(f"{('mail', 'push')[k % 2]},{k % 3 == 0}" for k in range(100))
    file.write_text("channel,bought\n" + rows, encoding="utf-8")
    with pytest.raises(WrongUse, match="say which is the treated with --treated"):
        read(file, treatment="channel", outcome="bought")
    assert read(file, treatment="channel", outcome="bought", treated="push").arms == ("push", "mail")
    assert read(file, treatment="channel", outcome="bought", control="push").arms == ("mail", "push")
