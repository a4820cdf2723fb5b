import numpy as np

from streams.assess.leakage import amount_leaks, leaks

N = 2_000
RNG = np.random.default_rng(0)
LABELS = (RNG.random(N) < 0.2).astype(np.float64)
NAMES = (["fair", "leak", "after"], ["colour", "verdict", "paid_by"])
NUMBERS = np.column_stack(
    [RNG.normal(size=N) + LABELS, 3.0 - LABELS, np.where((LABELS > 0.0) & (RNG.random(N) < 0.5), 9.0, np.nan)]
)
LEVELS = np.column_stack(
    [
        RNG.integers(1, 400, N),
        np.where(LABELS > 0.0, 2, 1),
        np.where((LABELS > 0.0) & (RNG.random(N) < 0.5), RNG.integers(1, 3, N), 0),
    ]
)


def named(told: list[str]) -> list[str]:
    """The columns that sentences begin with."""
    return [one.partition(":")[0] for one in told]


def test_columns_that_know_the_label_are_named() -> None:
    """Numbers and categories, whether they tell every label or only some; a fair one and one of many levels are not."""
    told = leaks(NUMBERS, LEVELS, LABELS, NAMES)
    assert named(told) == ["leak", "after", "verdict", "paid_by"]
    assert told[0].endswith("--ignore leak")


def test_few_rows_say_nothing() -> None:
    """Under thirty of the rarer label any column may do so by chance."""
    rows = slice(100)
    assert not leaks(NUMBERS[rows], LEVELS[rows], LABELS[rows], NAMES)


def test_columns_that_follow_the_amount_are_named() -> None:
    """Also those that only know where it is zero."""
    amounts = LABELS * np.exp(RNG.normal(size=N))
    numbers = np.column_stack([NUMBERS[:, 0], LABELS, -1.19 * amounts])
    told = amount_leaks(numbers, LEVELS[:, :1], amounts, (["fair", "orders", "gross"], ["colour"]))
    assert set(named(told)) == {"orders", "gross"}
    assert any("rank correlation -1.000" in one for one in told)
