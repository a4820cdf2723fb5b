import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.catalogue.item import Item
from streams.recommend.offerable import by_margin, held_back


@pytest.mark.parametrize(
    ("item", "just_bought", "why"),
    [
        (None, False, ""),
        (Item(1), False, ""),
        (Item(1, price=200, cost=100, stock=1), False, ""),
        (Item(1, stock=0), False, "out of stock"),
        (Item(1, price=100, cost=100), False, "without margin"),
        (Item(1, price=100, cost=300, stock=5), False, "without margin"),
        (Item(1, price=900, cost=1, stock=9), True, "just bought"),
    ],
)
def test_what_is_held_back_says_why(item: Item | None, just_bought: bool, why: str) -> None:
    """Known to be gone, to earn nothing, or bought already; what the catalogue does not know holds nothing back."""
    assert held_back(item, just_bought=just_bought) == why


def test_margins_weigh_chances() -> None:
    """A chance half as good with a margin three times as high is worth more; an unknown margin is the usual one."""
    assert by_margin([0.4, 0.2, 0.3], [100, 300, None]) == pytest.approx([40.0, 60.0, 60.0])


@given(st.lists(st.floats(0.0, 1.0), max_size=8))
def test_without_margins_the_chances_rank(chances: list[float]) -> None:
    """Where no margin is known, none weighs."""
    assert by_margin(chances, [None] * len(chances)) == chances
