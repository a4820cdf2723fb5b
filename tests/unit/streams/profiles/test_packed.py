"""Small counts side by side in one integer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.profiles.packed import PackedCounts


@given(st.lists(st.integers(0, 11), max_size=300))
def test_counts_are_exact_until_one_is_full_and_then_halve_together(slots: list[int]) -> None:
    """Beside a plain list; and what is packed fits into 63 bits."""
    packed, plain = PackedCounts(12, 5), [0] * 12
    counts = 0
    for slot in slots:
        if plain[slot] == packed.most:
            plain = [count // 2 for count in plain]
        plain[slot] += 1
        counts = packed.raised(counts, slot)
        assert packed.all(counts) == plain
        assert 0 <= counts < 2**63


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=60))
def test_lowering_takes_one_back_and_never_from_a_neighbour(steps: list[tuple[int, bool]]) -> None:
    """A count at zero stays there."""
    packed, plain = PackedCounts(6, 10), [0] * 6
    counts = 0
    for slot, up in steps:
        plain[slot] = max(plain[slot] + (1 if up else -1), 0)
        counts = packed.raised(counts, slot) if up else packed.lowered(counts, slot)
    assert [packed.at(counts, slot) for slot in range(6)] == plain


def test_what_does_not_fit_is_refused() -> None:
    """An integer of a checkpoint has 64 bits."""
    with pytest.raises(ValueError, match="do not fit into 63"):
        PackedCounts(7, 10)


@given(st.lists(st.integers(0, 31), min_size=12, max_size=12), st.lists(st.integers(0, 31), min_size=12, max_size=12))
def test_sums_are_exact_where_they_fit_and_keep_their_shares(one: list[int], other: list[int]) -> None:
    """Too large a sum halves all."""
    packed = PackedCounts(12, 5)
    counts = [sum(count << 5 * slot for slot, count in enumerate(each)) for each in (one, other)]
    sums = [a + b for a, b in zip(one, other, strict=True)]
    halved = max(sums) > packed.most
    assert packed.all(packed.added(*counts)) == [count >> halved for count in sums]
