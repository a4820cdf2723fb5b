import numpy as np
import pytest

from streams.arrays import Floats
from streams.assess.feature_selection import Feature, select_features

ROWS = 6_000
NAMES = (["lasting", "fading", "turning", "flag", "gaps", "noise"], ["customer", "shop"])


def table(seed: int = 0) -> tuple[Floats, np.ndarray[tuple[int, ...], np.dtype[np.int64]], Floats]:
    """Columns as ``NAMES`` says, and their labels; customer and shop tell nothing."""
    rng, t = np.random.default_rng(seed), np.linspace(0.0, 1.0, ROWS)
    x = rng.normal(size=(ROWS, 6))
    x[:, 3], gone = rng.random(ROWS) < 0.03, rng.random(ROWS) < 0.4
    logits = x[:, 0] + 2.0 * (1.0 - t) * x[:, 1] + np.where(t < 0.5, 1.0, -1.0) * x[:, 2] + 2.5 * x[:, 3] + gone - 1.0
    x[gone, 4] = np.nan
    levels = np.column_stack([rng.integers(0, 2_000, ROWS), rng.integers(0, 8, ROWS)])
    return x, levels, (rng.random(ROWS) < 1.0 / (1.0 + np.exp(-logits))).astype(np.float64)


def selected(seed: int = 0) -> dict[str, Feature]:
    """What is said of them."""
    return {one.name: one for one in select_features(*table(seed), NAMES)}


def test_what_tells_is_better_than_chance_and_nothing_else_is() -> None:
    """A rare flag and a gap that means something among them; a category of 2,000 levels without meaning is not."""
    better = {name for name, one in selected().items() if one.better_than_chance}
    assert better == {"lasting", "fading", "turning", "flag", "gaps"}


def test_whether_it_lasts_is_said() -> None:
    """What fades and what turns does not."""
    found = selected()
    assert {name: found[name].stability for name in ("lasting", "flag", "fading", "turning", "noise")} == {
        "lasting": "lasts",
        "flag": "lasts",
        "fading": "changes",
        "turning": "changes",
        "noise": None,
    }
    assert found["turning"].thirds[0] > 10.0 * found["turning"].mutual_information


def test_of_columns_that_tell_nothing_few_are_named() -> None:
    """Of forty tables of 12 such columns hardly any has one better than chance (q 0.05: at most 5 % of the tables)."""
    wrong = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        labels = (rng.random(600) < 0.1).astype(np.float64)
        names = ([f"x{k}" for k in range(6)], [f"c{k}" for k in range(6)])
        found = select_features(rng.normal(size=(600, 6)), rng.integers(0, 60, (600, 6)), labels, names)
        wrong += any(one.better_than_chance for one in found)
    assert wrong <= 6  # 2 and 2.9 standard errors


def test_amounts_are_told_too() -> None:
    """By their quantiles: straight, or only in how far they scatter."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(ROWS, 3))
    amounts = x[:, 0] + np.exp(0.5 * x[:, 1]) * rng.normal(size=ROWS)
    found = select_features(x, np.zeros((ROWS, 0), np.int64), amounts, (["mean", "scatter", "noise"], []))
    assert [(one.name, one.better_than_chance) for one in found] == [
        ("mean", True),
        ("scatter", True),
        ("noise", False),
    ]


@pytest.mark.parametrize("rows", [0, 1, 2, 5, 30])
def test_few_rows_are_borne(rows: int) -> None:
    """And nothing is claimed of them."""
    numbers, levels, labels = table()
    found = select_features(numbers[:rows], levels[:rows], labels[:rows], NAMES)
    assert len(found) == 8
    assert not any(one.stability in {"lasts", "changes"} for one in found)
