"""The effect learner as an estimator of River; of the project's modules only this one needs River to be imported."""

from collections.abc import Mapping
from math import isfinite, log
from numbers import Real
from typing import Any

import numpy as np
from river import base, compose, linear_model, preprocessing

from streams.arrays import Floats
from streams.response.effect.basis import place
from streams.response.effect.learner import EffectLearner, Given, terms, uplift

LEAST = 1e-6
WARM_UP = 500
"""Rows that place the basis; until then nothing is added."""

Row = Mapping[Any, Any]


class RiverEffect(base.Regressor):
    """R-learner on the scale of log-odds, row by row: ``predict_one`` is what treatment adds to P(y | x).

    ``response`` is any classifier of River; it gives the progressive m(x), before each label. Numbers and texts of
    the first ``warm_up`` rows become the features; later ones of other names are not looked at, absent ones are
    missing. ``treatment`` is 0 or 1, or a dose; ``propensity`` what was expected of it (default: the mean so far).

    >>> effect = RiverEffect(warm_up=2)
    >>> for bought, treated in [(True, 1.0), (False, 0.0), (True, 1.0)]:
    ...     effect.learn_one({"recency": 3.0}, bought, treatment=treated, propensity=0.5)
    >>> effect.predict_one({"recency": 3.0}) > 0.0
    True
    """

    def __init__(self, response: Any = None, warm_up: int = WARM_UP) -> None:
        self.response = _logistic() if response is None else response
        self.warm_up = warm_up
        self.learner: EffectLearner | None = None
        self._first: list[tuple[dict[Any, Any], float, tuple[float, float, float]]] = []
        self._names: tuple[list[Any], list[Any]] = ([], [])
        self._codes: dict[tuple[Any, str], int] = {}
        self._treated, self._rows = 0.0, 0

    def learn_one(self, x: Row, y: Any, *, treatment: float, propensity: float | None = None) -> None:  # type: ignore[override]  # an effect needs a treatment
        """One row with what was done and what came (0 or 1)."""
        own = (float(y), float(treatment), self._expected(propensity))
        logit = self._logit(x)
        self.response.learn_one(dict(x), bool(y))
        self._treated += float(treatment)
        self._rows += 1
        if self.learner is not None:
            self._learn([(x, logit, own)])
            return
        self._first.append((dict(x), logit, own))
        if len(self._first) >= self.warm_up:
            self._place()

    def predict_one(self, x: Row, *, propensity: float | None = None) -> float:
        """What a treatment of 1 adds to the probability; 0 before the basis is placed."""
        if self.learner is None:
            return 0.0
        given = self._given([(x, self._logit(x))])
        return float(uplift(given.logits, self.learner.lifts(given)[:, 0], np.array([self._expected(propensity)]))[0])

    def _place(self) -> None:
        rows = [x for x, _, _ in self._first]
        numbers = sorted({name for x in rows for name, value in x.items() if _number(value) is not None}, key=str)
        texts = {name for x in rows for name, value in x.items() if isinstance(value, str)}
        self._names = (numbers, sorted(texts - set(numbers), key=str))
        for x in rows:
            for name in self._names[1]:
                self._codes.setdefault((name, str(x.get(name))), len(self._codes) + 1)
        self.learner = EffectLearner(place(*self._given([(x, logit) for x, logit, _ in self._first])))
        self._learn(self._first)
        self._first = []

    def _learn(self, rows: list[tuple[Any, float, tuple[float, float, float]]]) -> None:
        labels, treatment, expected = np.array([own for _, _, own in rows]).T
        given = self._given([(x, logit) for x, logit, _ in rows])
        weights, residuals = terms(given.logits, labels)
        assert self.learner is not None  # noqa: S101 - only called once it is placed
        self.learner.learn(given, treatment[:, None], expected[:, None], weights, residuals)

    def _given(self, rows: list[tuple[Row, float]]) -> Given:
        numbers, levels = self._names
        values: Floats = np.array([[_number(x.get(name)) for name in numbers] for x, _ in rows], dtype=np.float64)
        codes = [[self._codes.get((name, str(x.get(name))), 0) for name in levels] for x, _ in rows]
        shape = (len(rows), len(levels))
        logits = np.array([logit for _, logit in rows])
        return Given(values.reshape(len(rows), -1), np.array(codes, np.int64).reshape(shape), logits)

    def _logit(self, x: Row) -> float:
        chance = min(max(self.response.predict_proba_one(dict(x)).get(True, 0.5), LEAST), 1.0 - LEAST)
        return log(chance / (1.0 - chance))

    def _expected(self, propensity: float | None) -> float:
        return (self._treated + 0.5) / (self._rows + 1.0) if propensity is None else float(propensity)


def _logistic() -> Any:
    numbers = compose.SelectType(Real) | preprocessing.StandardScaler()
    texts = compose.SelectType(str) | preprocessing.OneHotEncoder()
    return (numbers + texts) | linear_model.LogisticRegression()


def _number(value: Any) -> float | None:
    """A finite number, or None."""
    return float(value) if isinstance(value, Real) and isfinite(float(value)) else None
