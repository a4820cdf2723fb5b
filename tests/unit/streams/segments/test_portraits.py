import numpy as np

from schemas.models import ModelSnapshot
from streams.features.catalogue import SEGMENT_ROW, VERSION
from streams.models.snapshots import pack
from streams.segments.k_means import KMeans
from streams.segments.portraits import described, portraits
from tests.making.customers import COLUMNS, KINDS, rows_of

ROWS, OF = rows_of(4, 1_000)


def snapshot() -> ModelSnapshot:
    """Segments of four kinds of customers, with what their portraits are drawn from."""
    learner = KMeans(COLUMNS, 1, len(KINDS))
    learner.learn(ROWS)
    form = learner.form()
    arrays = {
        **form.arrays(),
        **described(ROWS, form.assign(ROWS), len(KINDS)),
        "names": np.arange(1, len(KINDS) + 1),
    }
    return ModelSnapshot(
        name="segments",
        version=1,
        algorithm="k_means",
        catalogue=VERSION,
        features=SEGMENT_ROW,
        arrays={name: pack(values) for name, values in arrays.items()},
        trained_on=1000,
        trained_until=0,
    )


def test_portraits_tell_who_is_meant() -> None:
    """Sizes as in truth, the largest first; bargain hunters show by coupons, in the catalogue's words and units."""
    found = portraits(snapshot())
    assert [round(portrait.share, 1) for portrait in found] == [0.4, 0.3, 0.2, 0.1]
    hunters = found[2]
    coupons = next(trait for trait in hunters.traits if trait.feature == "coupon.share")
    assert coupons.words.startswith("share of purchases made with a coupon: ")
    assert coupons.words.endswith("%)")
    assert "much more than all" in coupons.words
    never = next(trait for trait in found[0].traits if trait.feature == "purchase.days_since")
    assert ": never, more than all" in never.words or ": never, much more than all" in never.words


def test_an_empty_segment_has_no_traits() -> None:
    """Of nobody there is nothing to tell; what is told of the others stays."""
    described_too = described(ROWS[:50], np.zeros(50, dtype=np.int64), 2)
    assert described_too["sizes"].tolist() == [50, 0]
    assert np.isfinite(described_too["apart"]).all()
    assert np.allclose(described_too["apart"][1], 0.0)
