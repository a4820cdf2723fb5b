import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import inspect as shape

from schemas.codec import decode_json, decode_msgpack, decode_record, encode_json, encode_msgpack
from schemas.examples import EXAMPLES
from schemas.export import public_messages
from schemas.records import Record
from schemas.topics import TOPICS

KINDS = list(dict.fromkeys(topic.record for topic in TOPICS.values()))
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


LEAVES: dict[type[shape.Type], st.SearchStrategy[Any]] = {
    shape.IntType: st.integers(-(2**63), 2**63 - 1),
    shape.FloatType: st.floats(allow_nan=False, allow_infinity=False),
    shape.StrType: TEXT,
    shape.BytesType: st.binary(max_size=8),
    shape.BoolType: st.booleans(),
    shape.NoneType: st.none(),
}
Path = tuple[type, ...]
"""The structs that a value lies in; one that contains itself ends at the second."""


def anything_of(kind: Any) -> st.SearchStrategy[Any]:
    """Values of any type that the messages use."""
    return _of(shape.type_info(kind), ())


def _of(info: shape.Type, path: Path) -> st.SearchStrategy[Any]:
    if type(info) in LEAVES:
        return LEAVES[type(info)]
    match info:
        case shape.Metadata(type=inner):
            return _of(inner, path)
        case shape.LiteralType(values=values):
            return st.sampled_from(values)
        case shape.UnionType(types=types):
            return st.one_of(*(_of(t, path) for t in types))
        case shape.StructType(cls=cls, fields=fields):
            return _struct(cls, fields, path)
    return _collection(info, path)


def _collection(info: shape.Type, path: Path) -> st.SearchStrategy[Any]:
    match info:
        case shape.VarTupleType(item_type=item):
            deep = isinstance(item, shape.StructType) and path.count(item.cls) > 1
            return st.just(()) if deep else st.lists(_of(item, path), max_size=2).map(tuple)
        case shape.TupleType(item_types=items):
            return st.tuples(*(_of(item, path) for item in items))
        case shape.DictType(key_type=key, value_type=value):
            return st.dictionaries(_of(key, path), _of(value, path), max_size=2)
    raise TypeError(f"no strategy for {info}")


def _struct(cls: type[msgspec.Struct], fields: tuple[shape.Field, ...], path: Path) -> st.SearchStrategy[Any]:
    parts = st.fixed_dictionaries({f.name: _of(f.type, (*path, cls)) for f in fields})
    return parts.map(lambda values: cls(**values))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_encoding_what_was_decoded_gives_the_same_bytes(kind: type[msgspec.Struct]) -> None:
    """For every message of the table, in its encoding: encode ∘ decode is the identity on bytes."""
    public = kind in public_messages().values()
    encode, decode = (encode_json, decode_json) if public else (encode_msgpack, decode_msgpack)

    @given(anything_of(kind))
    def law(message: msgspec.Struct) -> None:
        data = encode(message)
        decoded = decode(data, kind)
        assert decoded == message
        assert encode(decoded) == data

    law()


@given(anything_of(Record))
def test_the_hot_path_reads_what_the_general_one_reads(record: Record) -> None:
    """`decode_record` is `decode_msgpack` for records, only faster."""
    data = encode_msgpack(record)
    assert decode_record(data) == decode_msgpack(data, Record) == record


@pytest.mark.parametrize("name", [n for n in EXAMPLES if n.partition(".")[0] in public_messages()])
def test_unknown_fields_are_ignored_at_every_level(name: str) -> None:
    """A newer writer may add fields anywhere in a public message; this version reads what it knows."""
    content = json.loads(encode_json(EXAMPLES[name]))
    assert decode_json(json.dumps(_with_unknown_fields(content)).encode(), type(EXAMPLES[name])) == EXAMPLES[name]


FREE_FORM = {"attributes", "params", "versions", "features", "channels"}
"""Fields whose names are the writer's own: nothing in them is unknown."""


def _with_unknown_fields(node: Any) -> Any:
    if isinstance(node, list):
        return [_with_unknown_fields(part) for part in node]
    if not isinstance(node, dict):
        return node
    known = {k: part if k in FREE_FORM else _with_unknown_fields(part) for k, part in node.items()}
    return known | {"from_the_future": {"a": [1]}}


@given(anything_of(Record))
def test_an_older_reader_ignores_what_a_newer_writer_appends(record: Record) -> None:
    """Internal messages are positional: a field appended at the end does not disturb an older reader."""
    longer = msgspec.msgpack.encode([*msgspec.msgpack.decode(encode_msgpack(record)), "from the future"])
    assert decode_msgpack(longer, Record) == record
