"""Customers whom offers move differently, with known truth; and the loop that decides, sees and learns, in blocks."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from streams.arrays import Floats, Ints
from streams.models.snapshots import pack, unpack
from streams.policy.draw import allowed_loss, propensities
from streams.response.effect.kind_learner import CLIP, DEPTH_UNIT, KindLearner
from streams.response.effect.learner import sigmoid
from streams.response.effect.sums import sums_of
from streams.response.prior_effects import Effect
from streams.state import FoldSettings

COLUMNS = 8
SENT, DEPTH = np.array([1.0, 1.0, 1.0, 1.0, 0.0]), np.array([0.0, 0.05, 0.1, 0.2, 0.0])
"""A reminder, three discounts, none."""
COST, MARGIN_RATE = 2.0 * SENT, 0.35
PRIOR = Effect(0.12, 2.5)
FIRST, GROWTH = 100, 1.3
SETTINGS = FoldSettings(coupon_key=bytes(32))


class People(NamedTuple):
    """``x`` (n × 8), the ``base`` log-odds of buying and what a message and a whole order's discount add (n)."""

    x: Floats
    base: Floats
    sent: Floats
    depth: Floats
    amount: Floats

    def take(self, rows: slice) -> "People":
        """Some of them."""
        return People(*(column[rows] for column in self))

    def true_values(self) -> Floats:
        """The worth of each action (n × 5) against none, in minor units."""
        return worth(self.base, lifts(self.sent, self.depth), self.amount)


def people(rows: int, rng: np.random.Generator) -> People:
    """The likelier somebody buys, the less an offer does; neither response nor effect is a sum of straight lines."""
    x = rng.normal(size=(rows, COLUMNS))
    base = -2.6 + 0.7 * x[:, 0] + 0.4 * x[:, 1] - 0.3 * x[:, 2] + 0.2 * x[:, 1] * x[:, 2]
    sent = 0.1 - 0.3 * x[:, 0] + 0.25 * x[:, 3] - 0.15 * (x[:, 4] > 1.0)
    depth = 3.0 + 2.0 * x[:, 3] - 2.0 * x[:, 0] + np.tanh(x[:, 5])
    return People(x, base, sent, depth, np.exp(9.2 + 0.4 * rng.normal(size=rows)))


def lifts(sent: Floats, depth: Floats) -> Floats:
    """What each action adds to the log-odds (n × 5)."""
    return np.outer(sent, SENT) + np.outer(depth, DEPTH)


def worth(base: Floats, lift: Floats, amount: Floats) -> Floats:
    """V(a) = p_a (M − D_a) − p_0 M − c of each action (n × 5)."""
    margin, discount = amount[:, None] * MARGIN_RATE, np.outer(amount, DEPTH)
    values: Floats = sigmoid(base[:, None] + lift) * (margin - discount) - sigmoid(base)[:, None] * margin - COST
    return values


class Learned(NamedTuple):
    """What the loop knows: a linear response (9) and the effect learner; and the ``actions`` and ``labels`` it saw."""

    response: Floats
    effects: KindLearner
    actions: Ints
    labels: Floats

    def values(self, of: People) -> Floats:
        """V(a) as it is served (n × 5)."""
        arrays = {name: unpack(array) for name, array in self.effects.arrays(PRIOR).items()}
        spread = np.where(arrays["spread"] > 0.0, arrays["spread"], np.inf)
        distances = np.clip((of.x - arrays["centre"]) / spread, -CLIP, CLIP)
        here = np.column_stack((np.ones(len(of.x)), distances)) @ arrays["beta"].T
        return worth(self.logits(of) - here @ arrays["doses"][2:], lifts(here[:, 0], here[:, 1]), of.amount)

    def logits(self, of: People) -> Floats:
        """Of m(x)."""
        logits: Floats = self.response[0] + of.x @ self.response[1:]
        return logits


def live(rows: int, seed: int) -> tuple[People, Learned]:
    """Decide for so many customers by what is known, draw, see who buys, learn; known at first is the prior alone.

    What is known changes at ever later rows. The response is fitted to all rows so far, and the effect learner gets
    what it predicted before.
    """
    rng = np.random.default_rng(seed)
    everybody = people(rows, rng)
    known = Learned(np.array([-3.0, *[0.0] * COLUMNS]), KindLearner(COLUMNS), np.zeros(0, np.int64), np.zeros(0))
    for start, stop in pairwise(_cuts(rows)):
        some = everybody.take(slice(start, stop))
        known = _lived(known, some, everybody.x[:stop], rng)
    return everybody, known


def _cuts(rows: int) -> list[int]:
    cuts = [0, FIRST]
    while cuts[-1] < rows:
        cuts.append(min(rows, int(cuts[-1] * GROWTH)))
    return cuts


def _lived(known: Learned, some: People, until: Floats, rng: np.random.Generator) -> Learned:
    margin = float(some.amount.mean()) * MARGIN_RATE
    start, floor = SETTINGS.rho_start * margin, SETTINGS.rho_floor * margin
    loss = allowed_loss(len(known.labels), start, floor, SETTINGS.rho_decisions)
    scale, least = (len(SENT) - 1) / loss, (SETTINGS.exploration, SETTINGS.none_floor)
    chances: Floats = np.array([propensities(own, scale, *least) for own in known.values(some).tolist()], np.float64)
    drawn = (chances.cumsum(axis=1) < rng.random((len(chances), 1))).sum(axis=1)
    actions: Ints = np.minimum(drawn, len(SENT) - 1).astype(np.int64)
    every = np.arange(len(actions))
    bought: Floats = (
        rng.random(len(actions)) < sigmoid(some.base + lifts(some.sent, some.depth)[every, actions])
    ) * np.float64(1.0)
    effects = _taught(known, some, (actions, chances, bought)) if len(known.labels) else known.effects
    labels = np.concatenate((known.labels, bought))
    fitted = _fitted(until, labels, known.response)
    return Learned(fitted, effects, np.concatenate((known.actions, actions)), labels)


def _taught(known: Learned, some: People, seen: tuple[Ints, Floats, Floats]) -> KindLearner:
    """As after ``KindLearner.learn_one`` of every row, in one block; the usual dose is the block's mean."""
    actions, chances, bought = seen
    z = np.column_stack((SENT, DEPTH / DEPTH_UNIT))
    rows = np.column_stack((np.ones(len(bought)), some.x))
    own = ((z[actions] - chances @ z)[:, :, None] * rows[:, None, :]).reshape(len(rows), -1)
    m = sigmoid(known.logits(some))
    sums = sums_of(own, m * (1.0 - m), bought - m)
    more = {
        "information": sums.information[np.triu_indices(len(sums.score))],
        "score": sums.score,
        "moments": np.stack((some.x.sum(axis=0), (some.x**2).sum(axis=0))),
        "rows": np.array([sums.rows]),
    }
    state = {name: unpack(array) for name, array in known.effects.state().items()}
    added = {name: state[name] + array for name, array in more.items()} | {"usual": (chances @ z).mean(axis=0)}
    return KindLearner(COLUMNS, {name: pack(array) for name, array in added.items()})


def _fitted(x: Floats, labels: Floats, start: Floats) -> Floats:
    """A logistic regression with a ridge of 1, by Newton's method."""
    rows, beta = np.column_stack((np.ones(len(x)), x)), start
    for _ in range(6):
        p = sigmoid(rows @ beta)
        information = (rows * (p * (1.0 - p))[:, None]).T @ rows + np.eye(len(beta))
        beta = beta + np.linalg.solve(information, rows.T @ (labels - p) - beta)
    return beta
