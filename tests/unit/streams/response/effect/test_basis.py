import numpy as np
import pytest

from streams.arrays import Floats, Ints
from streams.response.effect.basis import BLOCKS, MOST_KNOTS, MOST_LEVELS, MOST_PRODUCTS, Basis, place


def rows(count: int = 400, columns: int = 3) -> tuple[Floats, Ints, Floats]:
    """Normal numbers, a tenth of them missing; a category with a long tail; log-odds."""
    rng = np.random.default_rng(0)
    numbers = rng.normal(5.0, 2.0, size=(count, columns))
    numbers[rng.random(numbers.shape) < 0.1] = np.nan
    return numbers, rng.zipf(1.5, size=(count, 1)).clip(max=1_000).astype(np.int64), rng.normal(-2.0, 0.5, count)


def of_kind(basis: Basis, encoded: Floats, kind: str) -> Floats:
    """The functions of a kind."""
    return encoded[:, basis.blocks == BLOCKS.index(kind)]


def test_every_function_has_a_kind() -> None:
    """As many functions as kinds are named, the first being everybody's."""
    basis = place(*rows())
    encoded = basis.encode(*rows())
    assert encoded.shape == (400, len(basis.blocks))
    assert (of_kind(basis, encoded, "everybody") == 1.0).all()


def test_hats_of_a_value_add_up_to_one() -> None:
    """A value is shared between its two neighbouring knots; a missing one has no share."""
    numbers, levels, logits = rows()
    basis = place(numbers, levels, logits)
    hats = of_kind(basis, basis.encode(numbers, levels, logits), "hats")[:, :MOST_KNOTS]
    assert np.allclose(hats.sum(axis=1), ~np.isnan(numbers[:, 0]))


def test_lines_are_standardised_and_end_somewhere() -> None:
    """Mean 0 and deviation 1 on the rows that placed them; at most three deviations elsewhere; 0 where missing."""
    numbers, levels, logits = rows()
    basis = place(numbers, levels, logits)
    lines = of_kind(basis, basis.encode(numbers, levels, logits), "lines")[:, :3]
    assert np.abs(lines[~np.isnan(numbers)].mean()) < 0.05
    assert (lines[np.isnan(numbers)] == 0.0).all()
    far = basis.encode(np.full((1, 3), 1e9), levels[:1], logits[:1])
    assert of_kind(basis, far, "lines")[0, :3].tolist() == [3.0, 3.0, 3.0]


def test_only_frequent_levels_have_a_function() -> None:
    """Rare levels, and those never seen, are all zeros."""
    numbers, levels, logits = rows(5_000)
    basis = place(numbers, levels, logits)
    kept = basis.levels[basis.levels >= 0]
    assert 1 < len(kept) <= MOST_LEVELS
    assert min((levels == level).sum() for level in kept) >= 20
    unseen = basis.encode(numbers[:1], np.array([[10_000]]), logits[:1])
    assert not of_kind(basis, unseen, "levels").any()


def test_many_columns_are_lines_only() -> None:
    """The functions grow with the columns, not with their square."""
    basis = place(*rows(100, 300))
    kinds = [BLOCKS[kind] for kind in np.unique(basis.blocks)]
    assert "products" not in kinds
    assert "hats" not in kinds
    assert len(basis.blocks) < 3 * 300


@pytest.mark.parametrize("columns", [0, 1, MOST_PRODUCTS])
def test_constant_and_empty_columns_say_nothing(columns: int) -> None:
    """A column that is always the same, or always missing, is finite and the same in every row."""
    for value in (4.0, np.nan):
        numbers = np.full((50, columns), value)
        levels, logits = np.zeros((50, 0), np.int64), np.zeros(50)
        encoded = place(numbers, levels, logits).encode(numbers, levels, logits)
        assert np.isfinite(encoded).all()
        assert (encoded == encoded[0]).all()
