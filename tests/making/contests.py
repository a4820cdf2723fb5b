"""A champion and four challengers on decisions with known truth, all decisions at once."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from streams.arrays import Floats
from streams.measure.promotion import CLIP, HEAVIEST, MOST_GAIN, MOST_ORDERS, TOLERANCE, Evidence
from streams.response.prior_effects import Effect

MODELS = 5
"""The champion and four challengers."""
EFFECT, DEPTHS, COSTS = Effect(0.05, 8.0), np.array([0.0, 0.1, 0.0]), np.array([2.0, 2.0, 0.0])
"""A reminder, a tenth off, none. A discount wins those who would hardly buy and is a gift to those who will."""
LIFTS = np.array([EFFECT.lift(0.0), EFFECT.lift(0.1), 0.0])
RATE, SCALE, EXPLORATION, FLOOR = 0.35, 0.02, 0.1, 0.05
EVERY = 500
"""Decisions between two looks: learn asks before it publishes."""


class World(NamedTuple):
    """What customers are like and what the models know of them.

    A customer's log-odds are ``base`` and as many independent parts, each of deviation ``part``, as there are models.
    Model k knows all parts but the k-th; if ``better``, the first challenger knows all. If ``misled``, others know
    none. Of what offers are taken to change the share ``works`` is true, and the discount adds ``more`` log-odds.
    """

    base: float = -3.4
    part: float = 0.64
    better: bool = False
    misled: bool = False
    works: float = 1.0
    more: float = 0.0


class Shown(NamedTuple):
    """Per decision (n), and for each challenger (n × 4) what its loss saves and what its draw is worth more."""

    weights: Floats
    leads: Floats
    gains: Floats
    margins: Floats
    bought: Floats
    losses: Floats


def sigmoid(logits: Floats) -> Floats:
    """1 / (1 + e^−logit)."""
    chances: Floats = 1.0 / (1.0 + np.exp(-logits))
    return chances


def draws(without: Floats, amount: Floats) -> tuple[Floats, Floats]:
    """Propensities and expected margins (n × 3) by P(buy | none) (n), as ``streams.policy.redraw`` has them."""
    logits = np.log(without / (1.0 - without))
    margins = sigmoid(logits[:, None] + LIFTS) * (RATE - DEPTHS) * amount[:, None] - COSTS
    values = margins - margins[:, -1:]
    best = values.argmax(axis=1)[:, None]
    chances = 1.0 / (len(LIFTS) + SCALE * (np.take_along_axis(values, best, 1) - values))
    np.put_along_axis(chances, best, 0.0, 1)
    np.put_along_axis(chances, best, 1.0 - chances.sum(axis=1, keepdims=True), 1)
    chances = (1.0 - EXPLORATION) * chances + EXPLORATION / len(LIFTS)
    low = chances[:, -1] < FLOOR
    chances[low, :-1] *= ((1.0 - FLOOR) / (1.0 - chances[low, -1]))[:, None]
    chances[low, -1] = FLOOR
    return chances, margins


def believed(world: World, parts: Floats) -> Floats:
    """Log-odds of buying without an offer by each model (n × 5): right on average over what it does not know."""
    unknown = MODELS if world.misled else 1
    known = parts * 0.0 if world.misled else parts.sum(axis=1, keepdims=True) - parts
    logits: Floats = (world.base + known) / np.sqrt(1.0 + np.pi / 8.0 * unknown * world.part**2)
    if world.better or world.misled:
        logits[:, 1] = world.base + parts.sum(axis=1)
    return logits


def shown(world: World, count: int, seed: int) -> Shown:
    """So many decisions, drawn by the champion, as the fold would judge them."""
    random = np.random.default_rng(seed)
    parts = random.normal(0.0, world.part, (count, MODELS))
    amount = np.exp(random.normal(9.0, 0.5, count))
    logits, place = believed(world, parts), np.arange(count)
    chances, margins = draws(sigmoid(logits[:, 0]), amount)
    action = (random.random(count)[:, None] > chances.cumsum(axis=1)[:, :-1]).sum(axis=1)
    drawn, lifts = chances[place, action], world.works * LIFTS + world.more * (DEPTHS > 0.0)
    bought = (random.random(count) < sigmoid(world.base + parts.sum(axis=1) + lifts[action])).astype(np.float64)
    earned = bought * amount * (RATE - DEPTHS[action]) - COSTS[action]
    usual = float((chances @ lifts).mean())
    said = sigmoid(logits + usual)
    losses = -np.log(np.where(bought[:, None] > 0.5, said, 1.0 - said))
    gains = np.empty((count, MODELS - 1))
    for k in range(1, MODELS):
        more = draws(sigmoid(logits[:, k]), amount)[0] - chances
        surprise = earned - margins[place, action]
        gains[:, k - 1] = (more * margins).sum(axis=1) + more[place, action] / drawn * surprise
    weights = 1.0 / (len(LIFTS) * drawn)
    return Shown(weights, losses[:, :1] - losses[:, 1:], gains, RATE * amount, bought, losses)


def looks(seen: Shown, every: int = EVERY) -> Iterator[list[Evidence]]:
    """The evidence for each challenger, every so many decisions."""
    leads = np.clip(seen.leads, -CLIP, CLIP) * np.minimum(seen.weights, HEAVIEST)[:, None]
    counted, mean = _counted(seen.margins)
    gains = np.clip(seen.gains * (counted / seen.margins)[:, None], -MOST_GAIN * mean, MOST_GAIN * mean)
    tolerated = TOLERANCE * counted
    gains += tolerated[:, None]
    sums = [part.cumsum(axis=0) for part in (leads, leads**2, gains, gains**2)]
    buyers, allowed = seen.bought.cumsum(), tolerated.cumsum()
    for at in range(every - 1, len(leads), every):
        yield [
            Evidence(at + 1, lead, squares, at + 1, int(buyers[at]), gain, spread, float(allowed[at]))
            for lead, squares, gain, spread in zip(*(part[at].tolist() for part in sums), strict=True)
        ]


def _counted(margins: Floats) -> tuple[Floats, Floats]:
    """As what each margin counts (n), and the mean of those before it (n × 1)."""
    counted, mean, total = np.empty(len(margins)), np.empty((len(margins), 1)), 0.0
    for n, margin in enumerate(margins.tolist()):
        mean[n] = total / n if n else margin
        counted[n] = min(margin, MOST_ORDERS * mean[n, 0])
        total += counted[n]
    return counted, mean
