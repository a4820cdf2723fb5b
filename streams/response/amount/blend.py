"""The champion of ``assess amount``: Bayesian regressions on both scales, stacked and mixed beside the running mean."""

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from streams.arrays import Floats, Ints
from streams.response.amount import kernels
from streams.response.amount.experts import Expert, Hurdle, LeastSquares, Mixture
from streams.response.amount.staged import KEEP, PRIOR, STAGES, placed, teach
from streams.response.progressive.columns import Columns
from streams.response.progressive.rows import Part, parts
from streams.response.progressive.trees import Grow, Trees, seasons

STACK_PRIOR = 0.05
RECENT = 0.999
"""What a label leaves of the mean before it, in the one of recent labels."""
PULL = 10.0
"""So many rows at the mean does a level's own mean begin with."""
SLACK = 0.25
"""Share of the range of the labels seen by which a prediction may lie outside it."""
MEANS = ("mean", "tamed mean", "recent mean")
SINGLES = ("linear", "log", "log forgetting", "products", "hats", "hats forgetting", "hurdle")
NAMES = (*MEANS, *SINGLES, "trees", "pairs", "triples", "stack")


class Blended(NamedTuple):
    """``amounts`` (n) of every row before its label; what each expert said (n × experts), its last weight by name."""

    amounts: Floats
    said: Floats
    weights: dict[str, float]


class Blend:
    """Predicts the amount of each row from the rows before it whose labels are known.

    Linear regressions on standardised columns, plain, logged and forgetting; products of columns; piecewise linear
    effects over quantiles; a hurdle on the scale of logarithms; pairs and triples of columns; three running means. A
    Bayesian stack learns to add them, and a fixed-share mixture of all is the answer. All learn ``kernels.tame``
    labels, but the first running mean, and are judged where they knew at least one.
    """

    def __init__(self, numbers: Floats, levels: Ints, labels: Floats, ready: Ints, grow: Grow | None = None) -> None:
        self._ready, self._labels = ready, kernels.tame(labels)
        self._informed = np.where(ready > 0, self._labels, np.nan)
        self._first = np.where(ready > 0, labels[0], 0.0)
        rated = kernels.mean_levels(levels, self._labels, ready, PULL)
        columns = Columns(np.concatenate([numbers, rated], axis=1), np.zeros((len(labels), 0), np.int64))
        series = (kernels.running(labels, 1.0), kernels.running(self._labels, 1.0), kernels.running(labels, RECENT))
        self._said = np.zeros((len(labels), len(NAMES)))
        self._said[:, : len(MEANS)] = np.stack([own[ready, 0] for own in series], axis=1)
        self._scale = np.where(series[1][ready, 1] > 0.0, series[1][ready, 1], 1.0)
        self._range = _ranges(self._labels)
        size = 1 + 2 * columns.count
        self._columns = columns
        self._trees = Trees(columns, levels, grow) if grow else None
        self._experts: dict[str, Expert] = {
            "linear": LeastSquares(columns.linear, size, PRIOR),
            "log": LeastSquares(columns.log_linear, size, PRIOR),
            "log forgetting": LeastSquares(columns.log_linear, size, PRIOR, KEEP),
        }
        self._single = np.zeros(len(labels))
        self._without_crosses, self._mixture = Mixture(NAMES.index("pairs")), Mixture(len(NAMES))
        self._stack = LeastSquares(self._stack_rows, len(NAMES), STACK_PRIOR)

    def run(self, progress: Callable[[int], None] = lambda _: None) -> Blended:
        """Every row in order; ``progress`` is told how many more are done."""
        count = len(self._labels)
        amounts = np.empty(count)
        grown = seasons(count) if self._trees else []
        for start, stop in pairwise(sorted({0, *(stage for stage in STAGES if stage < count), *grown, count})):
            if start in STAGES:
                self._place(start)
            if self._trees and start in grown:
                self._trees.learn(self._labels, int(self._ready[start - 1]))
            for part in parts(self._ready, self._labels, start, stop):
                amounts[part.predict] = self._advance(part)
                progress(len(part.known))
        return Blended(amounts, self._said, dict(zip(NAMES, self._mixture.weights, strict=True)))

    def _advance(self, part: Part) -> Floats:
        self._columns.advance(part)
        first = np.concatenate([np.full(len(part.labels), self._labels[0]), self._first[part.predict]])
        for name in SINGLES:
            self._note(name, part, first)
        before, last = NAMES.index("pairs"), self._said[part.predict, NAMES.index(SINGLES[-1])]
        self._say("trees", part, self._trees.answer(part, last) if self._trees else last)
        informed = part._replace(labels=self._informed[part.learn])
        self._single[part.predict] = self._without_crosses.advance(informed, self._said[part.rows, :before])
        for name in ("pairs", "triples"):
            self._note(name, part, self._single[part.rows])
        self._say("stack", part, self._stack.advance(informed, self._middle(part.rows)))
        return self._mixture.advance(informed, self._said[part.rows])

    def _place(self, start: int) -> None:
        known = int(self._ready[start - 1])
        if not self._columns.count or not known:
            return
        fresh = placed(self._columns, self._labels, start, known)
        teach(fresh, self._labels, known, self._single)
        for expert in fresh.values():
            if isinstance(expert, Hurdle):
                expert.look_back(known, start, self._labels)
        self._experts |= fresh

    def _note(self, name: str, part: Part, offset: Floats) -> None:
        """What an expert says; for one that is not there yet, what the one before it says."""
        expert = self._experts.get(name)
        before = self._said[part.predict, NAMES.index(name) - 1]
        self._say(name, part, expert.advance(part, offset) if expert else before)

    def _say(self, name: str, part: Part, amounts: Floats) -> None:
        low, high = self._range[:, self._ready[part.predict]]
        self._said[part.predict, NAMES.index(name)] = np.clip(amounts, low, high)

    def _stack_rows(self, rows: Ints) -> tuple[Ints, Floats]:
        """What every expert but the stack says, off their middle, in deviations of the labels; beside an intercept."""
        off = (self._said[rows, :-1] - self._middle(rows)[:, None]) / self._scale[rows, None]
        said = np.concatenate([np.ones((len(rows), 1)), np.clip(off, -10.0, 10.0)], axis=1)
        return np.tile(np.arange(said.shape[1]), (len(rows), 1)), said

    def _middle(self, rows: Ints) -> Floats:
        """Where the stack begins: the mean of the experts that see the columns."""
        middle: Floats = self._said[rows, len(MEANS) : -1].mean(axis=1)
        return middle


def _ranges(labels: Floats) -> Floats:
    """Between what a prediction may lie after so many labels (2 × n + 1)."""
    low = np.concatenate([[0.0], np.minimum.accumulate(labels)])
    high = np.concatenate([[0.0], np.maximum.accumulate(labels)])
    slack = SLACK * (high - low)
    return np.stack([low - slack, high + slack])
