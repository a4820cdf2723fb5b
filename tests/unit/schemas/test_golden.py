import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from schemas.codec import decode_json, decode_msgpack, encode_json, encode_msgpack
from schemas.examples import EXAMPLES
from schemas.export import VERSION
from schemas.topics import TOPICS

GOLDEN = Path(__file__).parent / "golden"
FILES = sorted(p for p in GOLDEN.rglob("*") if p.suffix in {".json", ".bin"})
KINDS = {topic.record.__name__: topic.record for topic in TOPICS.values()}


def _decoded(file: Path) -> msgspec.Struct:
    decode = decode_json if file.suffix == ".json" else decode_msgpack
    return decode(file.read_bytes(), KINDS[file.name.partition(".")[0]])


def _encoded(file: Path, message: msgspec.Struct) -> bytes:
    return encode_json(message) if file.suffix == ".json" else encode_msgpack(message)


def _contains(new: Any, old: Any) -> bool:
    """Whether ``new`` still says everything that ``old`` said: fields may have been added, at the end of arrays."""
    if isinstance(old, dict):
        return isinstance(new, dict) and all(key in new and _contains(new[key], part) for key, part in old.items())
    if isinstance(old, list):
        return isinstance(new, list) and len(new) >= len(old) and all(map(_contains, new, old))
    return bool(new == old) and type(new) is type(old)


@pytest.mark.parametrize("file", FILES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_what_a_released_version_wrote_is_still_read_and_kept_whole(file: Path) -> None:
    """Every message of every released version decodes, and encoding it again loses and changes nothing."""
    again = _encoded(file, _decoded(file))
    read = json.loads if file.suffix == ".json" else msgspec.msgpack.decode
    assert _contains(read(again), read(file.read_bytes()))


@pytest.mark.parametrize("name", EXAMPLES)
def test_this_version_writes_the_same_bytes(name: str) -> None:
    """The present version's golden bytes do not move; a new field before a release: write_golden.py --again."""
    (file,) = (f for f in (GOLDEN / VERSION).iterdir() if f.stem == name)
    assert _encoded(file, EXAMPLES[name]) == file.read_bytes()
    assert _decoded(file) == EXAMPLES[name]


def test_every_message_has_a_golden_file() -> None:
    """No message of the table is without one."""
    assert {f.name.partition(".")[0] for f in (GOLDEN / VERSION).iterdir()} == set(KINDS)


@pytest.mark.parametrize(
    ("new", "old", "kept"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, True),
        ([1, 2, 3], [1, 2], True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ({"a": 1.0}, {"a": 1}, False),
        ([1], [1, 2], False),
    ],
)
def test_the_comparison_itself_finds_losses(new: Any, old: Any, kept: bool) -> None:
    """A lost field, a shortened array and a changed type are each noticed."""
    assert _contains(new, old) is kept
