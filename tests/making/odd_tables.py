"""Tables as strangers bring them, with a known truth: what no column tells alone, codes, tails, gaps, few rows."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from streams.arrays import Floats, Ints
from tests.making.tables import Drawn

Rng = np.random.Generator


class Odd(NamedTuple):
    """How a table of so many ``rows`` is made; whether the truth stays as it is."""

    make: Callable[[Rng, int], Drawn]
    rows: int = 12_000
    stationary: bool = True


def drawn(rng: Rng, logits: Floats, numbers: Floats | None = None, levels: Ints | None = None) -> Drawn:
    """Labels by their log-odds, beside the columns that there are."""
    rows = len(logits)
    chance = 1.0 / (1.0 + np.exp(-logits))
    labels = (rng.random(rows) < chance).astype(np.float64)
    no_numbers, no_levels = np.zeros((rows, 0)), np.zeros((rows, 0), np.int64)
    return Drawn(no_numbers if numbers is None else numbers, no_levels if levels is None else levels, labels, chance)


def xor_of_steps(rng: Rng, rows: int) -> Drawn:
    """Two steps of which one counts, off the medians."""
    x = rng.normal(size=(rows, 8))
    return drawn(rng, np.where((x[:, 0] > 0.3) ^ (x[:, 1] > -0.5), 1.5, -1.5), x)


def xor_of_medians(rng: Rng, rows: int) -> Drawn:
    """The same at the medians: neither says anything alone."""
    x = rng.normal(size=(rows, 8))
    return drawn(rng, np.where((x[:, 0] > 0.0) ^ (x[:, 1] > 0.0), 1.5, -1.5), x)


def xor_of_flags(rng: Rng, rows: int) -> Drawn:
    """Of ten flags two, by which one of them is set."""
    x = (rng.random((rows, 10)) < 0.5).astype(np.float64)
    return drawn(rng, np.where(x[:, 2] != x[:, 7], 1.5, -1.5), x)


def three_together(rng: Rng, rows: int) -> Drawn:
    """Three conditions that must hold at once."""
    x = rng.normal(size=(rows, 8))
    return drawn(rng, np.where((x[:, 0] > -0.3) & (x[:, 1] > -0.3) & (x[:, 2] < 0.3), 1.5, -2.0), x)


def branches(rng: Rng, rows: int) -> Drawn:
    """A tree: which column counts, and where, hangs on another."""
    x = rng.uniform(size=(rows, 6))
    left = np.where(x[:, 1] > 0.7, 2.0, np.where(x[:, 2] > 0.4, -2.0, 0.5))
    right = np.where(x[:, 3] > 0.2, np.where(x[:, 1] > 0.5, -1.5, 1.5), -2.5)
    return drawn(rng, np.where(x[:, 0] > 0.55, right, left), x)


def boards(rng: Rng, rows: int) -> Drawn:
    """A chess board of four by four fields."""
    x = rng.uniform(size=(rows, 4))
    return drawn(rng, np.where((np.floor(4 * x[:, 0]) + np.floor(4 * x[:, 1])) % 2 > 0, 1.5, -1.5), x)


def waves(rng: Rng, rows: int) -> Drawn:
    """Four periods over a column's range."""
    x = rng.uniform(size=(rows, 5))
    return drawn(rng, 2.0 * np.sin(8.0 * np.pi * x[:, 0]) - 0.5, x)


def hours(rng: Rng, rows: int) -> Drawn:
    """Two peaks a day that are others at weekends; moment, hour and weekday as the reader makes them."""
    moment = np.sort(rng.uniform(1.7e9, 1.7e9 + 60 * 86_400, rows))
    hour, day = moment % 86_400 // 3_600, moment // 86_400 % 7
    peak = np.where(day >= 5, (hour > 10) & (hour < 16), ((hour >= 7) & (hour < 9)) | ((hour >= 19) & (hour < 22)))
    return drawn(rng, np.where(peak, 1.0, -2.0), np.column_stack([moment, hour, day, rng.normal(size=rows)]))


def friedman(rng: Rng, rows: int) -> Drawn:
    """Friedman's first function, in log-odds."""
    x = rng.uniform(size=(rows, 10))
    told = 10 * np.sin(np.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.5) ** 2 + 10 * x[:, 3] + 5 * x[:, 4]
    return drawn(rng, 0.4 * (told - 14.4), x)


def ratios(rng: Rng, rows: int) -> Drawn:
    """The ratio of two long-tailed columns."""
    x = rng.lognormal(sigma=1.0, size=(rows, 5))
    return drawn(rng, 1.5 * np.tanh(np.log(x[:, 0] / x[:, 1])) - 0.5, x)


def tails(rng: Rng, rows: int) -> Drawn:
    """Cauchy and lognormal columns whose ranks count."""
    x = np.column_stack([rng.standard_cauchy(size=(rows, 3)), rng.lognormal(sigma=4.0, size=(rows, 3))])
    return drawn(rng, np.arctan(x[:, 0]) + 0.3 * np.log(x[:, 3]) - 0.8, x)


def codes(rng: Rng, rows: int) -> Drawn:
    """A category of 200 levels that is written as a number, and one of 12."""
    area, effect, other = rng.integers(0, 200, rows), rng.normal(size=200), rng.normal(size=12)
    kind = rng.integers(0, 12, rows)
    return drawn(rng, 1.2 * effect[area] + other[kind] - 0.5, np.column_stack([area, kind, rng.normal(size=rows)]))


def many_levels(rng: Rng, rows: int) -> Drawn:
    """Categories of 1,000 and 5,000 levels, each with its own rate, beside a number."""
    levels = np.column_stack([rng.integers(1, 1_001, rows), rng.integers(1, 5_001, rows)])
    own, x = rng.normal(size=(2, 5_001)), rng.normal(size=(rows, 2))
    return drawn(rng, own[0, levels[:, 0]] + own[1, levels[:, 1]] + 0.5 * x[:, 0] - 1.0, x, levels)


def customers(rng: Rng, rows: int) -> Drawn:
    """50,000 customers of whom few come often."""
    who = np.minimum(rng.zipf(1.3, rows), 50_000)
    own, x = rng.normal(size=50_001), rng.normal(size=(rows, 2))
    return drawn(rng, 1.2 * own[who] + 0.5 * x[:, 0] - 1.0, x, who[:, None].astype(np.int64))


def level_pairs(rng: Rng, rows: int) -> Drawn:
    """Two categories that count only together, among four."""
    levels = rng.integers(1, 7, (rows, 4))
    own = rng.normal(scale=1.5, size=(7, 7))
    own -= own.mean(axis=0) + own.mean(axis=1, keepdims=True) - own.mean()
    return drawn(rng, own[levels[:, 0], levels[:, 1]] - 0.3, None, levels)


def slopes_by_level(rng: Rng, rows: int) -> Drawn:
    """A number that works otherwise in each of eight levels."""
    levels, x = rng.integers(1, 9, (rows, 2)), rng.normal(size=(rows, 3))
    slope = np.array([0.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 0.0])
    return drawn(rng, slope[levels[:, 0]] * x[:, 0] - 0.5, x, levels)


def telling_gaps(rng: Rng, rows: int) -> Drawn:
    """What is missing says more than what is there; most of it is missing."""
    x = rng.normal(size=(rows, 6))
    gone = rng.random((rows, 6)) < np.array([0.5, 0.9, 0.99, 0.3, 0.95, 0.1])
    logits = 1.5 * gone[:, 0] - 2.0 * gone[:, 1] + np.where(gone[:, 3], 0.0, x[:, 3])
    return drawn(rng, logits, np.where(gone, np.nan, x))


def copies(rng: Rng, rows: int) -> Drawn:
    """Every column five times, and noise."""
    x = rng.normal(size=(rows, 3))
    return drawn(rng, x[:, 0] - 0.5 * x[:, 1] - 0.5, np.concatenate([x] * 5 + [x + 1e-9], axis=1))


def flags(rng: Rng, rows: int) -> Drawn:
    """A hundred rare flags, each a little."""
    x = (rng.random((rows, 100)) < 0.05).astype(np.float64)
    return drawn(rng, x @ rng.normal(scale=0.8, size=100) - 1.0, x)


def very_wide(rng: Rng, rows: int) -> Drawn:
    """Three hundred columns, three of which tell."""
    x = rng.normal(size=(rows, 300))
    return drawn(rng, 1.2 * x[:, 3] + np.abs(x[:, 50]) - 1.5 * (x[:, 200] > 1.0) - 1.0, x)


def wide_noise(rng: Rng, rows: int) -> Drawn:
    """Three hundred columns, none of which tells."""
    return drawn(rng, np.full(rows, -1.0), rng.normal(size=(rows, 300)))


def few(rng: Rng, rows: int) -> Drawn:
    """Four columns and a strong straight truth."""
    x = rng.normal(size=(rows, 4))
    return drawn(rng, 2.0 * x[:, 0] - x[:, 1], x)


def rarest(rng: Rng, rows: int) -> Drawn:
    """One positive in a thousand, by two columns."""
    x = rng.normal(size=(rows, 8))
    return drawn(rng, 1.5 * x[:, 0] + 1.0 * (x[:, 1] > 1.0) - 8.6, x)


def rare_and_crossed(rng: Rng, rows: int) -> Drawn:
    """Half a percent, nearly all in one corner of two columns."""
    x = rng.normal(size=(rows, 8))
    return drawn(rng, np.where((x[:, 0] > 1.2) & (x[:, 1] > 1.0), -0.7, -7.0), x)


def nearly_all(rng: Rng, rows: int) -> Drawn:
    """All but half a percent are positive."""
    x = rng.normal(size=(rows, 5))
    return drawn(rng, 6.0 + x[:, 0] - 0.5 * np.abs(x[:, 1]), x)


def nearly_sure(rng: Rng, rows: int) -> Drawn:
    """A step that tells the label almost without fail."""
    x = rng.normal(size=(rows, 5))
    return drawn(rng, np.where(x[:, 0] + 0.5 * x[:, 1] > 0.4, 6.0, -6.0), x)


STEADY: dict[str, Odd] = {
    make.__name__: Odd(make)
    for make in (
        xor_of_steps, xor_of_medians, xor_of_flags, three_together, branches, boards, waves, hours, friedman, ratios,
        tails, codes, many_levels, customers, level_pairs, slopes_by_level, telling_gaps, copies, flags, nearly_all,
        nearly_sure,
    )
} | {
    "very_wide": Odd(very_wide, 6_000),
    "wide_noise": Odd(wide_noise, 500),
    "10 rows": Odd(few, 10),
    "50 rows": Odd(few, 50),
    "200 rows": Odd(few, 200),
    "500 rows": Odd(few, 500),
    "rarest": Odd(rarest, 50_000),
    "rare_and_crossed": Odd(rare_and_crossed, 50_000),
}  # fmt: skip
