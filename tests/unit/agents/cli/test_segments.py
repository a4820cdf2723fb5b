import numpy as np
import pytest
from msgspec.structs import replace

from agents.cli.segments import galleries, told
from agents.errors import REFUSED, Refused
from schemas.codec import encode_msgpack
from schemas.models import MILESTONES_KEY, ModelSnapshot
from streams.features.catalogue import RESPONSE_ROW, RFM_SEGMENTS, SEGMENT_ROW
from streams.learn.segments import SegmentLearning, SegmentsState
from tests.making.customers import rows_of
from tests.making.models import segments, snapshot


def message(model: ModelSnapshot) -> tuple[bytes, bytes]:
    """As it stands on ``models``."""
    return model.key.encode(), encode_msgpack(model)


def test_the_newest_version_is_told_in_words() -> None:
    """Whatever else stands on the topic, retired versions included: names, shares, and what is special in units."""
    retired = (b"segments@9", None)
    messages = [
        message(segments(2)),
        message(segments(10, (5, 2))),
        retired,
        message(snapshot(30)),
        (MILESTONES_KEY, b""),
    ]
    (gallery,) = galleries(messages)
    assert told(gallery) == [
        "segment.learned, version 10, learned from 1 decisions",
        "  s5  75% of those decided on of late",
        "      views, half-life 7 days: 0.65, much less than all (1.7)",
        "  s2  25% of those decided on of late",
        "      views, half-life 7 days: 6.4, much more than all (1.7)",
    ]


def test_what_was_learned_of_customers_can_be_read() -> None:
    """Both models of one learner, thirds under the names that say what they are."""
    learning = SegmentLearning(SegmentsState())
    places = [RESPONSE_ROW.index(name) for name in SEGMENT_ROW]
    for row in rows_of(0, 600)[0]:
        x = np.zeros(len(RESPONSE_ROW))
        x[places] = row
        learning.learn_one(tuple(x.tolist()))
    found = galleries(message(learning.snapshot(name, 1, 0)) for name in learning.ready)
    assert [gallery.feature for gallery in found] == ["segment.learned", "segment.rfm"]
    assert {portrait.name for portrait in found[1].segments} <= set(RFM_SEGMENTS)
    assert all("than all" in line for gallery in found for line in told(gallery) if line.startswith("      s"))


def test_a_snapshot_that_was_changed_on_the_way_is_refused() -> None:
    """Nobody should read a portrait of nobody."""
    with pytest.raises(Refused, match="does not fit its checksum") as refused:
        galleries([message(replace(segments(), sha256="0" * 64))])
    assert refused.value.exit_code == REFUSED
