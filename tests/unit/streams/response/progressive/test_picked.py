import numpy as np

from streams.response.progressive.columns import Columns
from streams.response.progressive.picked import Picked, by_what_they_tell
from streams.response.progressive.rows import replay
from tests.making.tables import Drawn, categorical, wide

ROWS = 2_000


def ready(drawn: Drawn) -> Columns:
    """The columns when every row has been seen and no label."""
    columns = Columns(drawn.numbers, drawn.levels)
    count = len(drawn.labels)
    part = replay(drawn.labels, 0, 0)._replace(predict=slice(0, count), known=np.zeros(count, np.int64))
    columns.advance(part)
    return columns


def test_the_columns_that_tell_come_first() -> None:
    """Straight, bent, or only beside another."""
    drawn = wide(4 * ROWS)
    ranked = by_what_they_tell(ready(drawn), drawn.labels, 0, 4 * ROWS)
    assert {3, 20, 50} == set(ranked[:3].tolist())
    assert sorted(ranked.tolist()) == list(range(70))


def test_rare_flags_tell_too() -> None:
    """A flag of one row in fifty, and a number that is zero nearly always, stand before columns that tell nothing."""
    rng, rows = np.random.default_rng(2), 4 * ROWS
    x = rng.normal(size=(rows, 6))
    x[:, 2], x[:, 4] = rng.random(rows) < 0.02, rng.exponential(size=rows) * (rng.random(rows) < 0.03)
    labels = (rng.random(rows) < 0.2 + 0.5 * x[:, 2] + 0.5 * (x[:, 4] > 0.0)).astype(np.float64)
    drawn = Drawn(x, np.zeros((rows, 0), np.int64), labels, labels)
    assert set(by_what_they_tell(ready(drawn), labels, 0, rows)[:2].tolist()) == {2, 4}


def test_labels_of_one_kind_leave_the_table_s_order() -> None:
    """Nothing tells anything then, and nothing is divided by zero."""
    drawn = wide(ROWS)
    assert by_what_they_tell(ready(drawn), np.zeros(ROWS), 0, ROWS).tolist() == list(range(70))


def test_bins_of_levels_are_their_codes_at_the_finest_resolution() -> None:
    """Also where not every column was picked."""
    drawn = categorical(ROWS)
    columns = Picked(ready(drawn), np.array([1, 3]))
    rows = np.arange(50)
    bins = columns.bins(rows, columns.quantiles(0, ROWS, 9), 3)
    assert np.array_equal(bins[:, :, -1], drawn.levels[:50][:, [1, 3]])


def test_products_stand_behind_values_and_missing_indicators() -> None:
    """As many as ``products_size`` says; those of a missing value are zero."""
    columns = Picked(ready(wide(ROWS)), np.array([3, 7]))
    _, value = columns.products(np.arange(10))
    assert value.shape == (10, columns.products_size)
    assert (value[:, 4] == 1.0).all()
    assert (value[:, [2, 6, 7]] == 0.0).all()
