"""What every segmenter promises. A new one: its file under streams/segments and one line in ``SEGMENTERS``."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from river import stats
from sklearn.cluster import DBSCAN
from sklearn.metrics import adjusted_rand_score

from streams.arrays import Floats, Ints
from streams.features.catalogue import SEGMENT_ROW
from streams.models.snapshots import pack, unpack
from streams.segments import centres
from streams.segments.density import NEIGHBOURS, Cores, Density
from streams.segments.k_means import Centres, KMeans
from streams.segments.quantiles import Quantile
from streams.segments.rfm import Rfm, Thirds
from streams.segments.segmenter import UNASSIGNED, Arrays, Form, Segmenter
from tests.making.customers import COLUMNS, rows_of


def own_nearest(segmenter: Segmenter, rows: Floats) -> Ints:
    """The nearest centre by its definition, one pair of row and centre after the other."""
    found = segmenter.form().arrays()
    apart = [[float((((row - own) / found["units"]) ** 2).sum()) for own in found["centres"]] for row in rows]
    return np.asarray(np.array(apart).argmin(axis=1), dtype=np.int64)


def own_thirds(segmenter: Segmenter, rows: Floats) -> Ints:
    """The cuts taken by River's quantiles over the very rows that were learned."""
    del segmenter
    quantiles = [[stats.Quantile(share) for share in (1 / 3, 2 / 3)] for _ in range(3)]
    columns = [SEGMENT_ROW.index(f"purchase.{name}") for name in ("days_since", "recent", "mean_amount")]
    for row in LEARNED[LEARNED[:, columns[0]] < np.log1p(3650.0)]:
        for column, pair in zip(columns, quantiles, strict=True):
            for quantile in pair:
                quantile.update(float(row[column]))
    return Thirds({"cuts": np.array([[one.get() for one in pair] for pair in quantiles])}).assign(rows)


def own_cores(segmenter: Segmenter, rows: Floats) -> Ints:
    """scikit-learn's labels of the rows that were learned; of a border row any of its segments may be right."""
    found, form = segmenter.form().arrays(), segmenter.form()
    fitted = DBSCAN(eps=float(found["radius"][0]), min_samples=NEIGHBOURS, metric="precomputed")
    scaled = LEARNED / found["units"]
    labels = fitted.fit(centres.distances(scaled, scaled)).labels_
    border = np.setdiff1d(np.flatnonzero(labels >= 0), fitted.core_sample_indices_)
    labels[border] = form.assign(LEARNED)[border]
    return np.asarray(labels[-len(rows) :], dtype=np.int64)


class Kind(NamedTuple):
    """A kind of segmenter: ``make`` one from a seed, the ``restore`` of its arrays, its ``form`` out of arrays.

    ``original`` assigns the last learned rows in another way that must agree. ``tells`` is the least adjusted Rand
    index with who the customers are.
    """

    name: str
    make: Callable[[int], Segmenter]
    restore: Callable[[Arrays], Segmenter]
    form: Callable[[Arrays], Form]
    original: Callable[[Segmenter, Floats], Ints]
    tells: float


SEGMENTERS = (
    Kind("k_means", lambda seed: KMeans(COLUMNS, seed, 4), KMeans.restored, Centres, own_nearest, 0.9),
    Kind("rfm", lambda seed: Rfm(), Rfm.restored, Thirds, own_thirds, 0.3),  # noqa: ARG005 - it draws nothing
    Kind("density", lambda seed: Density(COLUMNS), Density.restored, Cores, own_cores, 0.4),  # noqa: ARG005 - as above
)

every_segmenter = pytest.mark.parametrize("kind", SEGMENTERS, ids=lambda kind: kind.name)

LEARNED, ASKED = rows_of(1, 600)[0], rows_of(1, 600)[0][-60:]


def taught(kind: Kind, rows: Floats = LEARNED, seed: int = 3) -> Segmenter:
    """A segmenter after these rows."""
    segmenter = kind.make(seed)
    segmenter.learn(rows)
    return segmenter


def on_the_wire(arrays: Arrays) -> Arrays:
    """Through a snapshot and out again."""
    packed = {name: pack(values) for name, values in arrays.items()}
    return {name: unpack(values) for name, values in packed.items()}


def same(one: Arrays, other: Arrays) -> bool:
    """Whether all arrays are equal to the last bit."""
    return one.keys() == other.keys() and all(np.array_equal(one[k], other[k], equal_nan=True) for k in one)


@every_segmenter
def test_input_is_untouched(kind: Kind) -> None:
    """Learning and assigning leave the rows as they were."""
    rows = LEARNED.copy()
    taught(kind, rows).form().assign(rows)
    assert np.array_equal(rows, LEARNED)


@every_segmenter
def test_seeded_runs_repeat(kind: Kind) -> None:
    """The same rows and seed give the same arrays, to the last bit."""
    assert same(taught(kind).arrays(), taught(kind).arrays())
    assert same(taught(kind).form().arrays(), taught(kind).form().arrays())


@every_segmenter
@settings(max_examples=10, deadline=None)
@given(cuts=st.lists(st.integers(0, 600), max_size=3))
def test_rows_learned_in_pieces_with_restores_between_are_rows_learned_at_once(kind: Kind, cuts: list[int]) -> None:
    """Snapshot, restore, learn on, wherever: the arrays are those of one that learned straight through."""
    segmenter = kind.make(3)
    for piece in np.split(LEARNED, sorted(cuts)):
        segmenter = kind.restore(on_the_wire(segmenter.arrays()))
        segmenter.learn(piece)
    assert same(segmenter.arrays(), taught(kind).arrays())


@every_segmenter
def test_a_form_survives_the_wire_and_later_learning(kind: Kind) -> None:
    """What assigns is plain arrays: a restored form says the same, and learning on does not reach it."""
    segmenter = taught(kind)
    form = segmenter.form()
    labels, sent = form.assign(ASKED), on_the_wire(form.arrays())
    segmenter.learn(rows_of(2, 600)[0])
    assert np.array_equal(form.assign(ASKED), labels)
    assert np.array_equal(kind.form(sent).assign(ASKED), labels)


@every_segmenter
def test_assignment_is_deterministic_and_of_each_row_alone(kind: Kind) -> None:
    """A row's segment depends neither on its neighbours nor on what was asked before."""
    form = taught(kind).form()
    together = form.assign(ASKED)
    alone = np.concatenate([form.assign(row[None]) for row in ASKED[::-1]])[::-1]
    assert np.array_equal(together, alone)


@every_segmenter
def test_compiled_equals_original(kind: Kind) -> None:
    """The form agrees with the definition, or with the library that it stands for."""
    segmenter = taught(kind)
    assert np.array_equal(segmenter.form().assign(ASKED), kind.original(segmenter, ASKED))


@every_segmenter
@pytest.mark.parametrize("rows", [np.zeros((2, 3)), np.zeros(COLUMNS), np.full((1, COLUMNS), np.inf)])
def test_rows_with_unknown_features_or_infinite_values_are_refused(kind: Kind, rows: Floats) -> None:
    """A row of another width was made for something else: nothing is guessed, and nothing is learned."""
    segmenter = taught(kind)
    before = segmenter.arrays()
    with pytest.raises(ValueError, match="rows of"):
        segmenter.learn(rows)
    with pytest.raises(ValueError, match="rows of"):
        segmenter.form().assign(rows)
    assert same(segmenter.arrays(), before)


@every_segmenter
@settings(max_examples=10, deadline=None)
@given(values=st.lists(st.one_of(st.floats(-1e300, 1e300), st.just(float("nan"))), min_size=COLUMNS, max_size=COLUMNS))
def test_absurd_and_missing_values_leave_everything_finite(kind: Kind, values: list[float]) -> None:
    """Whatever came: numbered segments for everybody, and no array of the form that is not finite."""
    segmenter = taught(kind, np.concatenate([LEARNED, np.array([values] * 200)]))
    form = segmenter.form()
    assert all(np.isfinite(array).all() for array in form.arrays().values())
    labels = form.assign(np.concatenate([ASKED, np.array([values])]))
    assert labels.dtype == np.int64
    assert labels.min() >= UNASSIGNED


@every_segmenter
def test_before_the_first_row_nobody_is_assigned_by_what_was_learned(kind: Kind) -> None:
    """Nothing learned, nothing told apart: no row is refused, and all buyers stand together."""
    buyers = ASKED[ASKED[:, SEGMENT_ROW.index("purchase.days_since")] < 8]
    assert len(set(kind.make(3).form().assign(buyers).tolist())) == 1


@every_segmenter
def test_it_tells_customers_apart(kind: Kind) -> None:
    """Customers of different kinds come into different segments; a control, the kinds shuffled, is under 0.05."""
    rows, kinds = rows_of(7, 800)
    labels = taught(kind).form().assign(rows)
    assert adjusted_rand_score(kinds, labels) >= kind.tells
    assert adjusted_rand_score(np.random.default_rng(0).permutation(kinds), labels) < 0.05


@pytest.mark.parametrize("share", [1 / 3, 0.5, 2 / 3, 0.9])
@settings(max_examples=25, deadline=None)
@given(values=st.lists(st.floats(-1e6, 1e6), min_size=6, max_size=200))
def test_a_running_quantile_is_rivers(share: float, values: list[float]) -> None:
    """After any values beyond the fifth, restored in between: River's own estimate."""
    own, original = Quantile(share), stats.Quantile(share)
    for value in values:
        own.update(value)
        original.update(value)
        own = Quantile.restored(own.row.tolist())
    assert own.value == pytest.approx(original.get(), rel=1e-9, abs=1e-9)


@every_segmenter
def test_what_is_kept_does_not_grow_with_rows(kind: Kind) -> None:
    """After 4,000 rows the arrays are as large as after 2,000, give or take the rows that wait for a batch."""
    sizes = []
    for count in (2_048, 4_096):
        segmenter = taught(kind, rows_of(1, count)[0])
        sizes.append(sum(array.nbytes for array in segmenter.arrays().values()))
    assert sizes[0] == sizes[1]
