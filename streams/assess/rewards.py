"""A cross-fitted reward model: what boosting expects of an action at a row that it has not seen."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from streams.arrays import Floats, Ints
from streams.assess import boosting
from streams.assess.boosting import Predict, Setting, boosted
from streams.assess.targets import Target

FOLDS = 3
MOST_FITTED = 200_000
"""Rows that one fold's model takes at most."""
MOST_ASKED = 10_000_000
"""Rows × actions from which ``DRAWN`` actions, drawn from the target, stand for all of it."""
DRAWN = 8
SETTING: Setting = {"max_depth": 3, "learning_rate": 0.05, "max_iter": 80, "min_samples_leaf": 20}


class Decisions(NamedTuple):
    """``numbers`` (n × F, NaN where missing) and ``levels`` (n × C) known before ``actions`` (n); their ``rewards``."""

    numbers: Floats
    levels: Ints
    actions: Ints
    rewards: Floats
    users: Ints


class Expected(NamedTuple):
    """Rewards that are expected (n): of the logged action, and under the target."""

    of_logged: Floats
    of_target: Floats


def cross_fitted(
    decisions: Decisions, target: Target, seed: int = 0, progress: Callable[[int], None] = lambda _: None
) -> Expected:
    """Each row by a model fitted without its user; where the target's other actions are unknown, by the row alone."""
    alone = target.shares is None and target.chosen is None
    context = _context(decisions, alone)
    rng = np.random.default_rng(seed)
    fold = rng.integers(0, FOLDS, int(decisions.users.max()) + 1)[decisions.users]
    of_logged, of_target = np.empty(len(fold)), np.empty(len(fold))
    for own in range(FOLDS):
        train, asked = np.flatnonzero(fold != own), np.flatnonzero(fold == own)
        if not len(asked):
            continue
        predict = _fitted(context, train, seed)
        of_logged[asked] = predict(context.rows.values[asked])
        of_target[asked] = of_logged[asked] if alone else _under(target, context, asked, predict, rng)
        progress(len(asked))
    return Expected(of_logged, of_target)


class _Context(NamedTuple):
    """Columns as boosting takes them, the action last; ``codes`` (actions) is what that column holds for each."""

    rows: boosting.Rows
    codes: Floats


def _context(decisions: Decisions, alone: bool) -> _Context:
    actions = np.zeros_like(decisions.actions) if alone else decisions.actions
    table = boosting.rows(decisions.numbers, np.column_stack([decisions.levels, actions]), decisions.rewards)
    codes = np.full(int(actions.max()) + 1, np.nan)
    codes[actions] = table.values[:, -1]
    return _Context(table, codes)


def _under(target: Target, context: _Context, asked: Ints, predict: Predict, rng: np.random.Generator) -> Floats:
    """What the target earns by the model, at the rows ``asked``."""
    if target.chosen is not None:
        chosen = target.chosen[asked]
        return predict(_with_action(context.rows.values[asked], np.where(chosen < 0, np.nan, context.codes[chosen])))
    shares = target.shares
    assert shares is not None  # noqa: S101 - one of both is there, or nobody asks
    taken = np.flatnonzero(shares > 0.0)
    expected = np.zeros(len(asked))
    if len(taken) * len(context.rows.values) <= MOST_ASKED:
        for action in taken:
            expected += shares[action] * predict(_with_action(context.rows.values[asked], context.codes[action]))
        return expected
    for _ in range(DRAWN):
        drawn = rng.choice(len(shares), len(asked), p=shares)
        expected += predict(_with_action(context.rows.values[asked], context.codes[drawn])) / DRAWN
    return expected


def _with_action(values: Floats, action: Floats | np.float64) -> Floats:
    values = values.copy()
    values[:, -1] = action
    return values


def _fitted(context: _Context, train: Ints, seed: int) -> Predict:
    """The model of the rows ``train``, of at most ``MOST_FITTED`` of them."""
    own = train[:: max(1, -(-len(train) // MOST_FITTED))]
    rewards = context.rows.labels[own]
    rows = boosting.Rows(context.rows.values[own], context.rows.is_category, rewards)
    return boosted(rows, SETTING, seed, chances=bool(np.isin(rewards, (0.0, 1.0)).all()))
