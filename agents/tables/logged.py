"""A table of logged decisions with their propensities: what ``assess policy`` is given."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from agents.errors import WrongUse
from agents.tables.columns import Features, amounts, categories
from agents.tables.files import TableFile
from agents.tables.rows import Selection, rows
from streams.arrays import Bools, Floats, Ints
from streams.assess import targets
from streams.assess.balance import consequences, level_consequences
from streams.assess.policy import Asked
from streams.assess.rewards import Decisions
from streams.assess.targets import Target

PLACES = ("position", "slot", "rank")
ALWAYS, GREEDY = "action=", "greedy:"
MARGINAL = ("marginal", "item-marginal")
SHOWN = 8


class Log(NamedTuple):
    """Which columns are what; ``target`` in words, see ``promostream assess policy --help``."""

    action: str
    reward: str
    propensity: str
    target: str
    user: str | None = None
    selection: Selection = Selection()


class LoggedTable(NamedTuple):
    """What is asked, in the order of time; what a reader should know, and the actions' names by code."""

    asked: Asked
    notes: list[str]
    actions: list[str]


def read_logged(path: Path, log: Log) -> LoggedTable:
    """Read a table; rows without an action, a reward or a time are left out, and a note says how many.

    Raises:
        WrongUse: the file, a column or a value is not as ``log`` says; the message names it.

    """
    file = TableFile(path)
    _distinct(log)
    codes, names = categories(file.require(log.action, "--action"))
    rewards = amounts("--reward", log.reward, file.require(log.reward, "--reward"))
    values = {log.action: codes, log.reward: rewards, log.propensity: _propensities(file, log, codes, rewards)}
    values |= _target_values(file, log, names)
    values |= {log.user: _users(file, log.user)} if log.user else {}
    found = rows(file, log.selection, values)
    kept, actions = np.unique(found.values[log.action].astype(np.int64), return_inverse=True)
    target = _target(log, actions.astype(np.int64), found.values, [names[code] for code in kept], kept)
    users = found.values[log.user] if log.user else np.arange(len(actions), dtype=np.float64)
    own = _before(found.features, actions.astype(np.int64), found.values[log.propensity])
    decisions = Decisions(own.numbers, own.levels, actions.astype(np.int64), found.values[log.reward], _dense(users))
    notes = [*own.notes, *_notes(file, log, rewards, decisions.users, found.moments)]
    return LoggedTable(Asked(decisions, found.values[log.propensity], target), notes, [names[code] for code in kept])


def _distinct(log: Log) -> None:
    asked = {"--action": log.action, "--reward": log.reward, "--propensity": log.propensity, "--user": log.user}
    asked["--time"] = log.selection.time
    seen: dict[str, str] = {}
    for option, name in asked.items():
        if name and seen.setdefault(name, option) != option:
            raise WrongUse(f"{seen[name]} {name} and {option} {name} are the same column; name one for each")


def _propensities(file: TableFile, log: Log, *needed: Floats) -> Floats:
    """The logged propensities; every row that counts must have one in (0, 1]."""
    found = amounts("--propensity", log.propensity, file.require(log.propensity, "--propensity"))
    counts = ~np.isnan(np.stack(needed)).any(axis=0)
    what = f"--propensity {log.propensity}"
    _all_right(what, found, counts & np.isnan(found), "is missing; without it a decision says nothing: drop such rows")
    low = "is not above 0; what was done had a probability above 0: log the one that it was drawn with"
    _all_right(what, found, counts & (found <= 0.0), low)
    _all_right(what, found, counts & (found > 1.0), "is above 1; write probabilities, not percentages or weights")
    return np.where(counts, found, np.nan)


def _all_right(what: str, values: Floats, wrong: Bools, told: str) -> None:
    places = np.flatnonzero(wrong)
    if len(places):
        others = f" (and in {len(places) - 1:,} more rows)" if len(places) > 1 else ""
        value = "" if np.isnan(values[places[0]]) else f"{values[places[0]]:g} "
        raise WrongUse(f"{what}: row {places[0] + 1:,}{others}: {value}{told}")


def _target_values(file: TableFile, log: Log, names: list[str]) -> dict[str, Floats]:
    """The column that the target needs, if it needs one."""
    said = log.target
    if said == "uniform" or said in MARGINAL:
        return {}
    if said.startswith(ALWAYS):
        _named(said.removeprefix(ALWAYS), names, log)
        return {}
    if said.startswith(GREEDY):
        column = said.removeprefix(GREEDY)
        codes, own = categories(file.require(column, "--target greedy:"))
        known = {name: code for code, name in enumerate(names)}
        translated = np.array([*(known.get(name, -1) for name in own), np.nan], dtype=np.float64)
        return {column: translated[np.where(np.isnan(codes), len(own), codes).astype(np.int64)]}
    if said not in file.columns:
        raise WrongUse(
            f"--target {said}: neither uniform, marginal, action=VALUE, greedy:COLUMN nor a column of {file.path}, "
            f"which has {', '.join(list(file.columns)[:SHOWN])}{' and more' if len(file.columns) > SHOWN else ''}"
        )
    found = amounts("--target", said, file.columns[said])
    beyond = (found < 0.0) | (found > 1.0)
    told = "is no probability; the column holds the target's of the row's action"
    _all_right(f"--target {said}", found, beyond, told)
    return {said: found}


def _target(log: Log, actions: Ints, values: dict[str, Floats], names: list[str], kept: Ints) -> Target:
    said = log.target
    if said == "uniform":
        return targets.uniform(actions)
    if said in MARGINAL:
        return targets.marginal(actions)
    if said.startswith(ALWAYS):
        return targets.always(actions, _named(said.removeprefix(ALWAYS), names, log))
    if said.startswith(GREEDY):
        chosen = values[said.removeprefix(GREEDY)].astype(np.int64)
        place = np.full(int(max(kept.max(), chosen.max())) + 1, -1, dtype=np.int64)
        place[kept] = np.arange(len(kept))
        return targets.greedy(actions, np.where(chosen < 0, -1, place[chosen]))
    return Target(values[said])


def _before(found: Features, actions: Ints, propensities: Floats) -> Features:
    """The features that need not be consequences of the action, with a note on each other one."""
    numbers = ~consequences(found.numbers, actions, propensities)
    levels = ~level_consequences(found.levels, actions, propensities)
    names = np.array([*found.number_names, *found.level_names])[~np.concatenate([numbers, levels])]
    return Features(
        found.numbers[:, numbers],
        found.levels[:, levels],
        [name for name, kept in zip(found.number_names, numbers, strict=True) if kept],
        [name for name, kept in zip(found.level_names, levels, strict=True) if kept],
        [*found.notes, *(f"{name}: differs by action as if it came after it, so no model sees it" for name in names)],
    )


def _named(value: str, names: list[str], log: Log) -> int:
    if value not in names:
        some = ", ".join(sorted(names)[:SHOWN]) + (" and more" if len(names) > SHOWN else "")
        raise WrongUse(f"--target action={value}: {log.action} was never {value!r}, but {some}; name one of these")
    return names.index(value)


def _users(file: TableFile, name: str) -> Floats:
    """Codes; a row without a user is a user of its own."""
    codes, names = categories(file.require(name, "--user"))
    return np.where(np.isnan(codes), len(names) + np.arange(len(codes)), codes)


def _dense(users: Floats) -> Ints:
    return np.unique(users, return_inverse=True)[1].astype(np.int64)


def _notes(file: TableFile, log: Log, rewards: Floats, users: Ints, moments: Floats) -> list[str]:
    notes = list[str]()
    lost = int(np.isnan(rewards).sum())
    if lost:
        notes.append(f"{lost:,} rows have no {log.reward}; where that means that nothing came, write 0 and ask again")
    place = next((name for name in file.columns if name.lower() in PLACES), None)
    if place:
        notes.append(f"{place}: every row counts as a decision; its propensity should be that at its own {place}")
    if log.user is None:
        notes.append("without --user rows count as independent; if users come back, intervals are too narrow")
    elif log.selection.time and len(np.unique(np.stack([users, moments]), axis=1).T) < len(users):
        notes.append("rows of one user at one moment (a slate) count as decisions that depend on each other")
    if log.selection.time is None:
        notes.append("without --time the halves that are compared are those of the file")
    return notes
