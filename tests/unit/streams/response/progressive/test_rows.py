import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from streams.response.progressive.rows import MOST, parts

gains = st.lists(st.one_of(st.integers(0, 3), st.integers(0, 3 * MOST)), min_size=1, max_size=60)


@given(gains=gains)
def test_every_row_is_predicted_once_and_learned_in_order(gains: list[int]) -> None:
    """Predicted rows follow each other without a gap; before each exactly the labels known by then were learned."""
    rows = np.arange(len(gains) * 300)
    ready = np.minimum(np.repeat(np.cumsum(gains), 300), rows)
    labels = np.zeros(len(rows))
    predicted, learned = 0, 0
    for part in parts(ready, labels, 0, len(rows)):
        assert (part.learn.start, part.predict.start) == (learned, predicted if part.known.size else part.predict.start)
        assert max(part.learn.stop - part.learn.start, part.known.size) <= MOST
        assert len(part.labels) == part.learn.stop - part.learn.start
        if part.known.size:
            assert np.array_equal(part.known + learned, ready[part.predict])
            predicted = part.predict.stop
        learned = part.learn.stop
    assert (predicted, learned) == (len(rows), ready[-1])
