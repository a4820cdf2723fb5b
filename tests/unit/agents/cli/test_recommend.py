import pytest
from msgspec.structs import replace

from agents.cli.recommend import shown, told
from agents.errors import REFUSED, Refused
from agents.newest_models import newest_snapshots
from schemas.codec import encode_msgpack
from tests.making.choices import choices, item, learned, snapshot

LEARNED = learned(choices(4, 1600))


def test_it_tells_what_would_be_named() -> None:
    """Of the newest version: items that go with those given and are none of them, a bundle, and what is unknown."""
    versions = [snapshot(LEARNED, 9), snapshot(LEARNED, 10)]
    newest = newest_snapshots([(made.key.encode(), encode_msgpack(made)) for made in versions], ("recommender",))
    named = shown(newest["recommender"], (item(4), "nobody's"))
    lines = told(named)
    assert lines[0].startswith("recommender, version 10, learned from ")
    assert lines[0].endswith(f"beside {item(4)}, nobody's:")
    assert len(named.items) == 10
    assert item(4) not in {one.item for one in named.items}
    assert all(int(one.item.removeprefix("i-")) % 2 == 0 for one in named.items[:3])
    assert f"ordered with {item(4)}: {named.bundle[1].item} (" in lines[-2]
    assert lines[-1] == "nobody has chosen yet: nobody's"


def test_without_items_it_tells_what_is_popular() -> None:
    """For those of whom nothing is known; no bundle begins with nothing."""
    lines = told(shown(snapshot(LEARNED), ()))
    assert lines[0].endswith("to those of whom nothing is known:")
    assert len(lines) == 11


def test_a_damaged_version_is_refused() -> None:
    """Changed on the way, or wrong from the start."""
    made = snapshot(LEARNED)
    changed = replace(made, sha256="0" * 64)
    with pytest.raises(Refused, match="does not fit its checksum") as refused:
        newest_snapshots([(b"recommender@1", encode_msgpack(changed))], ("recommender",))
    assert refused.value.exit_code == REFUSED
    with pytest.raises(Refused, match="recommend nothing"):
        shown(replace(made, arrays={}), ())
