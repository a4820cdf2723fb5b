"""A table of who was treated and what came of it: what ``assess uplift`` is given."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.errors import WrongUse
from agents.tables.columns import NEGATIVE, amounts
from agents.tables.files import TableFile
from agents.tables.rows import Selection, rows
from streams.arrays import Floats
from streams.response.effect.table import Experiment

UNTREATED = NEGATIVE | {"control", "none", "no treatment", "untreated", "holdout", "placebo"}
FEWEST = 20
"""Rows of each arm under which nothing can be split in halves."""
SHOWN = 5

Texts = NDArray[np.object_]


class ExperimentChoice(NamedTuple):
    """Which columns hold what; ``cost`` is a number or a column, ``treated`` and ``control`` the arms' values."""

    treatment: str
    outcome: str
    treated: str | None = None
    control: str | None = None
    propensity: str | None = None
    cost: str | None = None
    selection: Selection = Selection()


class ExperimentTable(NamedTuple):
    """The rows of both arms in the order of time; ``cost`` (n) of treating each, ``arms`` their values' names."""

    experiment: Experiment
    cost: Floats
    names: tuple[list[str], list[str]]
    arms: tuple[str, str]
    notes: list[str]


def read_experiment(path: Path, choice: ExperimentChoice) -> ExperimentTable:
    """Read a table; rows of other arms, or without one of the columns named, are left out with a note.

    Raises:
        WrongUse: the file, a column or a value is not as the choice says; the message names it.

    """
    file = TableFile(path)
    if choice.outcome == choice.treatment:
        raise WrongUse(f"{choice.outcome} cannot be both the treatment and the outcome; name another --outcome")
    texts = _texts(file.require(choice.treatment, "--treatment"))
    treated, control = _arms(choice, sorted({text for text in texts if text is not None}))
    notes = _keep(file, np.isin(texts, (treated, control)), texts, choice.treatment)
    texts = texts[np.isin(texts, (treated, control))]
    values = {choice.treatment: (texts == treated).astype(np.float64)}
    values[choice.outcome] = _numbers(file, "--outcome", choice.outcome)
    if choice.propensity is not None:
        values[choice.propensity] = _propensity(file, choice.propensity)
    if choice.cost is not None and not _is_number(choice.cost):
        values[choice.cost] = _numbers(file, "--cost", choice.cost)
    found = rows(file, choice.selection, values)
    own = found.values
    arms = [int((own[choice.treatment] == arm).sum()) for arm in (1.0, 0.0)]
    if min(arms) < FEWEST:
        raise WrongUse(
            f"{path}: {arms[0]} rows of {treated}, {arms[1]} of {control}; at least {FEWEST} of each are needed"
        )
    features = found.features
    propensity = None if choice.propensity is None else own[choice.propensity]
    experiment = Experiment(features.numbers, features.levels, own[choice.treatment], own[choice.outcome], propensity)
    cost, told = _costs(choice.cost, own, experiment.treated)
    names = (features.number_names, features.level_names)
    return ExperimentTable(experiment, cost, names, (treated, control), [*notes, *features.notes, *told])


def _numbers(file: TableFile, option: str, name: str) -> Floats:
    return amounts(option, name, file.require(name, option))


def _texts(column: Any) -> Texts:
    """Values as trimmed texts, whole numbers without a point; None where missing."""
    encoded = column.cast("string").dictionary_encode()
    distinct = [None if value is None else value.strip().removesuffix(".0") for value in encoded.dictionary.to_pylist()]
    codes = encoded.indices.fill_null(len(distinct)).to_numpy(zero_copy_only=False)
    texts: Texts = np.array([*distinct, None], dtype=object)[codes]
    return texts


def _arms(choice: ExperimentChoice, found: list[str]) -> tuple[str, str]:
    """The values of the treated and of the control arm as they stand in the file."""
    given = [
        _named(option, value, choice.treatment, found)
        for option, value in (("--treated", choice.treated), ("--control", choice.control))
    ]
    treated, control = given
    others = [value for value in found if value not in given]
    if len(found) < 2:  # noqa: PLR2004 - two arms
        raise WrongUse(f"--treatment {choice.treatment} has {_some(found)}; an effect needs two arms")
    if len(found) > 2 and None in given:  # noqa: PLR2004 - as above
        raise WrongUse(f"--treatment {choice.treatment} has {_some(found)}; choose two with --treated and --control")
    if treated is None and control is None:
        untreated = [value for value in others if value.lower() in UNTREATED]
        if len(untreated) != 1:
            raise WrongUse(
                f"--treatment {choice.treatment} has {_some(found)}; say which is the treated with --treated"
            )
        control = untreated[0]
        others.remove(control)
    treated, control = treated or others[0], control or others[-1]
    if treated == control:
        raise WrongUse(f"--treated and --control are both {treated}; name two values of {choice.treatment}")
    return treated, control


def _named(option: str, value: str | None, column: str, found: list[str]) -> str | None:
    if value is None:
        return None
    wanted = value.strip().removesuffix(".0").lower()
    same = [one for one in found if one.lower() == wanted]
    if not same:
        raise WrongUse(f"{option} {value}: {column} has {_some(found)}; name one of them")
    return value.strip() if value.strip() in same else same[0]


def _keep(file: TableFile, kept: NDArray[np.bool_], texts: Texts, treatment: str) -> list[str]:
    """Leave rows of no arm out of the file's columns."""
    if kept.all():
        return []
    from pyarrow import array  # noqa: PLC0415 - only where a table is read

    file.columns = {name: column.filter(array(kept)) for name, column in file.columns.items()}
    file.rows = int(kept.sum())
    missing = sum(text is None for text in texts)
    others = len(kept) - file.rows - missing
    notes = [f"{others:,} rows with another value of {treatment} were left out"] if others else []
    return notes + ([f"{missing:,} rows without {treatment} were left out"] if missing else [])


def _propensity(file: TableFile, name: str) -> Floats:
    values = _numbers(file, "--propensity", name)
    wrong = values[(values <= 0.0) | (values >= 1.0)]
    if len(wrong):
        raise WrongUse(
            f"--propensity {name}: {wrong[0]:g} is no chance between 0 and 1; such rows were not treated by lot"
        )
    return values


def _costs(cost: str | None, values: dict[str, Floats], treated: Floats) -> tuple[Floats, list[str]]:
    if cost is None or _is_number(cost):
        return np.full(len(treated), float(cost or 0.0)), []
    own = values[cost]
    if own[treated == 0.0].any() or not own.any():
        return own, []
    mean = float(own[treated > 0.0].mean())
    return np.where(treated > 0.0, own, mean), [
        f"{cost} is 0 without treatment: treating those is taken to cost {mean:g}"
    ]


def _is_number(text: str) -> bool:
    try:
        return bool(np.isfinite(float(text)))
    except ValueError:
        return False


def _some(found: list[str]) -> str:
    return f"the values {', '.join(found[:SHOWN])}" + (" and more" if len(found) > SHOWN else "")
