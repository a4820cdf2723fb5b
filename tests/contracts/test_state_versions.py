"""The layout of every state that stands in a checkpoint has a version, and a version has one layout."""

import json
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agents.runtime import heads
from streams import coordinate, ledger, state
from streams.fraud.rings import finding, graph, known
from streams.learn import demand, fraud, items, response
from streams.profiles.user import User
from streams.recommend.serving import known as chosen

KNOWN = Path(__file__).with_name("state_versions.json")
LAYOUTS: dict[str, tuple[str, int, tuple[type, ...]]] = {
    "decide": ("streams/state.py", state.VERSION, (state.PartitionState, User)),
    "learn": ("streams/ledger.py", ledger.VERSION, (response._State, fraud._State)),
    "forecast": ("streams/ledger.py", ledger.VERSION, (demand._State,)),
    "rings": ("streams/ledger.py", ledger.VERSION, (finding._State, known.Mark, graph.Entity)),
    "items": (
        "streams/ledger.py",
        ledger.VERSION,
        (items._State, chosen.Item, chosen.Source, chosen.Category, chosen.Pair),
    ),
    "coordinate": ("streams/coordinate.py", coordinate.VERSION, (coordinate.CoordinationState,)),
    "head": ("agents/runtime/heads.py", heads.FORMAT, (heads.Head,)),
}
"""Where the version stands, what it is, and what it is of."""


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_changes_with_its_version_only(name: str) -> None:
    """Or an older program would read what it does not understand, and take it for something else."""
    file, version, structs = LAYOUTS[name]
    layout = fingerprint(structs)
    known = json.loads(KNOWN.read_text(encoding="utf-8"))[name]
    what_to_do = f'raise the version in {file} and add "<version>": "{layout}" to "{name}" in {KNOWN.name}'
    assert known.get(str(version)) == layout, what_to_do
    assert list(known.values()).count(layout) == 1
    assert max(map(int, known)) == version


def fingerprint(structs: tuple[type, ...]) -> str:
    """16 digits that differ when a field of these, or of what they contain, has another name, place or type."""
    schemas, components = msgspec.json.schema_components(structs)
    bare = json.dumps(_bare([list(schemas), components]), sort_keys=True)
    return blake2b(bare.encode(), digest_size=8).hexdigest()


def _bare(schema: Any) -> Any:
    """Without what is said about it."""
    if isinstance(schema, dict):
        return {key: _bare(value) for key, value in schema.items() if key not in {"description", "title"}}
    return [_bare(part) for part in schema] if isinstance(schema, list) else schema
