from hypothesis import given
from hypothesis import strategies as st

from streams.learn.reservoir import Reservoir


def filled(count: int, size: int, name: str = "fraud") -> Reservoir:
    """A reservoir that was offered the numbers under ``count``."""
    reservoir = Reservoir(name, size)
    for number in range(count):
        reservoir.offer((float(number),), number)
    return reservoir


@given(count=st.integers(0, 200), size=st.integers(1, 50))
def test_a_reservoir_is_bounded_and_repeats(count: int, size: int) -> None:
    """Never more than its size, everything while there is room, and the same rows on every run."""
    reservoir = filled(count, size)
    assert len(reservoir) == min(count, size)
    assert reservoir.rows() == filled(count, size).rows()
    assert {row[0] for row in reservoir.rows()} <= {float(n) for n in range(count)}


def test_every_row_has_the_same_chance() -> None:
    """Over many names the first and the last quarter of a stream are kept equally often."""
    kept = [row[0] for name in range(400) for row in filled(80, 10, f"n{name}").rows()]
    early, late = sum(number < 20 for number in kept), sum(number >= 60 for number in kept)
    assert abs(early - 1000) < 120
    assert abs(late - 1000) < 120


@given(cuts=st.lists(st.tuples(st.integers(0, 60), st.booleans(), st.integers(0, 20)), max_size=8))
def test_what_was_committed_restores_the_reservoir(cuts: list[tuple[int, bool, int]]) -> None:
    """Cuts that fail half-way lose nothing: after one that holds, the entries are the rows as of that cut."""
    reservoir, number, kept = Reservoir("fraud", 16), 0, dict[bytes, bytes]()
    for count, committed, partly in [*cuts, (0, True, 0)]:
        for _ in range(count):
            reservoir.offer((float(number),), number)
            number += 1
        reservoir.cut()
        frozen = reservoir.rows()
        entries = reservoir.encode_frozen(partly) if partly else []
        reservoir.offer((float(number),), number)  # the fold goes on while the checkpoint is written
        number += 1
        if not committed:
            reservoir.thaw()
            continue
        while more := reservoir.encode_frozen(3):
            entries += more
        reservoir.settle()
        kept.update({key: value for key, value in entries if value is not None})
        restored = Reservoir("fraud", 16)
        restored.restore(kept.items())
        assert restored.rows() == frozen
