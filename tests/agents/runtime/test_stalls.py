from hypothesis import given
from hypothesis import strategies as st

from agents.runtime.stalls import MESSAGE_TIMEOUT, PATIENCE, Stalls

looks = st.lists(st.tuples(st.floats(0.0, 50.0), st.integers(0, 2), st.integers(0, 2)), max_size=30)


@given(looks=looks)
def test_it_is_stuck_only_after_patience_without_a_report(looks: list[tuple[float, int, int]]) -> None:
    """Exactly when something waited at every look of the last ``PATIENCE`` seconds and no report came."""
    now, since = [0.0], 0.0
    stalls = Stalls(lambda: now[0])
    for pause, waiting, reports in looks:
        now[0] += pause
        if reports or not waiting:
            since = now[0]
        assert stalls.stuck(waiting, reports) == (now[0] - since > PATIENCE)


def test_the_process_ends_long_before_a_message_is_given_up() -> None:
    """The message timeout leaves more than the patience, a look's pause and the way out."""
    assert MESSAGE_TIMEOUT > PATIENCE + 30.0
