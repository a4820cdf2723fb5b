"""The champion of ``assess response``: Bayesian experts, stacked and mixed so that the best is hardly missed."""

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from streams.arrays import Floats, Ints
from streams.response.progressive.columns import Columns
from streams.response.progressive.experts import BaseRate, Bayesian, Expert, Mixture, Pairs
from streams.response.progressive.picked import Hats, Picked, by_what_they_tell
from streams.response.progressive.rows import MOST, Part, parts, replay
from streams.response.progressive.trees import Grow, Trees, seasons

PRIOR, HAT_PRIOR, STACK_PRIOR = 0.03, 0.3, 0.02
RECENT = 1_000.0
KEEP = 0.9998
"""What a label leaves of the precision in the experts that forget: about the last 5,000 labels count."""
STAGES = (200, 2_000, 20_000)
"""Rows after which knots are placed again, over the rows before; what hangs on them starts anew on as many labels."""
MEMORY = 20_000
MOST_HATS = 260
MOST_PRODUCTS, MOST_PAIRED, MOST_BENT = 20, 40, 64
"""Columns, those that tell most, that are multiplied, paired and bent."""
FINE = 33
FIRST_KNOTS = 4
STAGED = ("products", "hats", "hats forgetting")
MOST_LOGIT = 12.0

Narrow = NDArray[np.float32]


class Blended(NamedTuple):
    """``probability`` (n) of every row before its label; ``logits`` (n × experts) and the last ``weights`` by name."""

    probability: Floats
    logits: Narrow
    names: tuple[str, ...]
    weights: dict[str, float]


class Blend:
    """Predicts each row of a table from the rows before it whose labels are known.

    Linear experts on standardised columns, plain, logged and forgetting; products of columns; piecewise linear
    effects over quantiles; pairs of columns; the base rate; what ``grow`` makes of the labels now and then, if it is
    given. A Bayesian stack learns to add their log-odds, and a
    fixed-share mixture over all of them is the answer: in total log loss it is worse than the best single one,
    the base rate included, by at most ln(experts) plus a little for changing horses.
    """

    def __init__(self, numbers: Floats, levels: Ints, labels: Floats, ready: Ints, grow: Grow | None = None) -> None:
        self._columns = Columns(numbers, levels)
        self._trees = Trees(self._columns, levels, grow) if grow else None
        self._labels, self._ready = labels, ready
        self._early = _early_experts(self._columns)
        self._staged: dict[str, Expert] = {}
        if self._columns.count <= MOST_PRODUCTS:
            self._staged["products"] = _products(Picked(self._columns, np.arange(self._columns.count)))
        self.names = (*self._early, *STAGED, *(["trees"] if grow else []), "pairs", "stack")
        self._logits: Narrow = np.zeros((len(labels), len(self.names)), np.float32)
        self._single: Narrow = np.zeros(len(labels), np.float32)
        self._without_pairs = Mixture(len(self.names) - 2)
        self._stack = Bayesian(self._stack_rows, len(self.names), STACK_PRIOR)
        self._mixture = Mixture(len(self.names))

    def run(self, progress: Callable[[int], None] = lambda _: None) -> Blended:
        """Every row in order; ``progress`` is told how many more are done."""
        count = len(self._labels)
        probability = np.empty(count)
        grown = seasons(count) if self._trees else []
        for start, stop in pairwise(sorted({0, *(stage for stage in STAGES if stage < count), *grown, count})):
            if start in STAGES:
                self._place(start)
            if self._trees and start in grown:
                self._trees.learn(self._labels, int(self._ready[start - 1]))
            for part in parts(self._ready, self._labels, start, stop):
                probability[part.predict] = self._advance(part)
                progress(len(part.known))
        return Blended(probability, self._logits, self.names, dict(zip(self.names, self._mixture.weights, strict=True)))

    def _advance(self, part: Part) -> Floats:
        self._columns.advance(part)
        nothing = np.zeros(len(part.rows))
        for name, expert in self._early.items():
            self._note(name, part, expert.advance(part, nothing))
        for name in STAGED:
            staged = self._staged.get(name)
            self._note(name, part, staged.advance(part, nothing) if staged else self._said("log", part))
        if self._trees:
            self._note("trees", part, self._trees.answer(part, self._said("log", part)))
        mixed = self._without_pairs.advance(part, self._logits[part.rows, :-2])
        self._single[part.predict] = np.log(mixed / (1.0 - mixed))
        pairs = self._staged.get("pairs")
        single = self._single[part.rows].astype(np.float64)
        self._note("pairs", part, pairs.advance(part, single) if pairs else self._said("hats", part))
        self._note("stack", part, self._stack.advance(part, self._mean(part.rows)))
        return self._mixture.advance(part, self._logits[part.rows])

    def _place(self, start: int) -> None:
        """Place the knots by the rows before ``start`` and teach what hangs on them the labels known by then."""
        known = int(self._ready[start - 1])
        begin, fresh = max(start - MEMORY, 0), dict[str, Expert]()
        ranked = by_what_they_tell(self._columns, self._labels, max(known - MEMORY, 0), known)
        bent, multiplied, paired = (
            Picked(self._columns, np.sort(ranked[:most])) for most in (MOST_BENT, MOST_PRODUCTS, MOST_PAIRED)
        )
        most = FIRST_KNOTS if start < STAGES[1] else max(3, min(7, MOST_HATS // max(bent.count, 1) - 1))
        hats = Hats(bent, bent.quantiles(begin, start, most))
        for name, keep in (("hats", 1.0), ("hats forgetting", KEEP)):
            fresh[name] = Bayesian(hats.encode, hats.size, HAT_PRIOR, keep)
        if self._columns.count > MOST_PRODUCTS:
            fresh["products"] = _products(multiplied)
        if self._columns.count > 1:
            fresh["pairs"] = Pairs(paired, paired.quantiles(begin, start, FINE))
        self._teach(fresh, known)
        self._staged |= fresh

    def _teach(self, fresh: dict[str, Expert], known: int) -> None:
        for at in range(max(known - MEMORY, 0), known, MOST):
            part = replay(self._labels, at, min(at + MOST, known))
            for name, staged in fresh.items():
                staged.advance(part, self._single[part.rows].astype(np.float64) * (name == "pairs"))

    def _note(self, name: str, part: Part, logits: Floats) -> None:
        self._logits[part.predict, self.names.index(name)] = np.clip(logits, -MOST_LOGIT, MOST_LOGIT)

    def _said(self, name: str, part: Part) -> Floats:
        return self._logits[part.predict, self.names.index(name)].astype(np.float64)

    def _stack_rows(self, rows: Ints) -> tuple[Ints, Floats]:
        """What every expert but the stack says, beside an intercept."""
        said = np.concatenate([np.ones((len(rows), 1)), self._logits[rows, :-1]], axis=1)
        return np.tile(np.arange(said.shape[1]), (len(rows), 1)), said

    def _mean(self, rows: Ints) -> Floats:
        """Where the stack begins: the mean log-odds of the experts that see the columns."""
        mean: Floats = self._logits[rows, 2:-1].astype(np.float64).mean(axis=1)
        return mean


def _early_experts(columns: Columns) -> dict[str, Expert]:
    """Those that need no knots; the first two see no column."""
    size = 1 + 2 * columns.count
    return {
        "base rate": BaseRate(),
        "recent rate": BaseRate(RECENT),
        "linear": Bayesian(columns.linear, size, PRIOR),
        "log": Bayesian(columns.log_linear, size, PRIOR),
        "log forgetting": Bayesian(columns.log_linear, size, PRIOR, KEEP),
    }


def _products(columns: Picked) -> Expert:
    return Bayesian(columns.products, columns.products_size, PRIOR)
