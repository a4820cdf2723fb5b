"""What is fuzzed: everything that reads what others wrote. Each target may end in its clear errors and no others."""

import tempfile
from collections.abc import Callable
from functools import cache
from math import inf
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from hypothesis import strategies as st

from agents.errors import WrongUse
from agents.histories.mapping import read_mapping
from agents.runtime.heads import Head, decode_head, encode_head
from agents.settings import read_settings
from schemas.codec import decode_json, decode_msgpack, decode_record, encode_json, encode_msgpack
from schemas.dead_letters import DeadLetter
from schemas.examples import EXAMPLES, examples_of
from schemas.models import ModelSnapshot
from schemas.records import Record
from schemas.topics import DEAD_LETTERS, INTAKE_SOURCES, TOPICS, USER_LOG
from streams.campaigns.document import Problem
from streams.campaigns.policies import FILE
from streams.campaigns.sets import check_set
from streams.catalogue.table import ItemTable
from streams.demand.served import DemandForecast
from streams.features.catalogue import NO_SEGMENT
from streams.folding import ModelMissing, Refusal
from streams.intake.fold import IntakeFold, IntakeSettings, SourceRecord
from streams.models.snapshots import seal
from streams.models.store import FORMS, ModelStore
from streams.profiles.user import mark
from streams.recommend.serving.compiled import ServedItems
from streams.recommend.serving.context import Context
from streams.segments.served import SERVED, LearnedSegments
from tests.fuzz.damage import BOMB, anything, damaged_text
from tests.fuzz.models import ORIGINALS, snapshots
from tests.making.choices import category, item

NOW = 1_790_000_000_000
CONTEXT = Context(tuple(mark(item(number)) for number in range(8)), ((category(1), 0.5), (category(2), 0.5)))
ROOT = Path(__file__).parents[2]
UNREADABLE = msgspec.DecodeError
"""How the codec says that bytes are not a message."""


class Target(NamedTuple):
    """Something that reads; ``run`` raises only when a law is broken."""

    inputs: st.SearchStrategy[Any]
    run: Callable[[Any], None]


def _json_originals(kinds: set[type[msgspec.Struct]]) -> tuple[bytes, ...]:
    return tuple(encode_json(example) for kind in kinds for example in examples_of(kind).values())


PUBLIC = {topic.record for topic in TOPICS.values() if topic.public}
INTERNAL = {topic.record for topic in TOPICS.values() if not topic.public}
CLOUD_EVENT = b"""{"specversion":"1.0","id":"1","source":"/shop","type":"x.view","time":"2026-11-01T00:00:00Z",
    "data":{"user_id":"u"}}"""
TRACK = b"""{"type":"track","event":"Order Completed","messageId":"m","userId":"u","timestamp":"2026-11-01T00:00:00Z",
    "properties":{"order_id":"o","currency":"EUR","products":[{"sku":"s","price":19.9,"quantity":2}]}}"""
EVENTS = (CLOUD_EVENT, TRACK, *_json_originals({TOPICS[name].record for name in INTAKE_SOURCES if TOPICS[name].public}))
PACKED = tuple(encode_msgpack(example) for example in EXAMPLES.values())


def read_json(data: bytes) -> None:
    """What is read can be written again, and read again as the same."""
    for kind in PUBLIC:
        try:
            message = decode_json(data, kind)
        except UNREADABLE:
            continue
        written = encode_json(message)
        assert encode_json(decode_json(written, kind)) == written


def read_msgpack(data: bytes) -> None:
    """As for JSON; a record of the log is one of them."""
    for kind in INTERNAL:
        try:
            message = decode_msgpack(data, kind)
        except UNREADABLE:
            continue
        encode_msgpack(message)
    try:
        record = decode_record(data)
    except UNREADABLE:
        return
    assert isinstance(record, Record)


def take_in(given: tuple[str, bytes, bytes | None, int]) -> None:
    """Every message becomes a record or one dead letter, both readable; by either clock."""
    topic, value, key, timestamp = given
    for clock in ("arrival", "source"):
        fold = IntakeFold(IntakeSettings(token_key=bytes(32), partitions=2, clock=clock))
        attributes = ((f"ce_{name}", (key or b"1")[:9]) for name in ("specversion", "id") if timestamp % 2)
        headers = (("origin", value[:20]), *attributes)
        outputs = fold.fold(topic, 0, [SourceRecord(0, timestamp, key, value, headers)], NOW)
        for output in outputs:
            if output.topic == DEAD_LETTERS:
                letter = decode_json(output.value, DeadLetter)
                assert letter.reason
            elif output.topic == USER_LOG:
                decode_record(output.value)
        fold.counters()


def check_campaigns(files: tuple[str, str]) -> None:
    """A checked set, or problems of one line each that name a file and a line."""
    checked = check_set({"campaign.yaml": files[0], FILE: files[1]})
    for problem in checked.problems:
        assert isinstance(problem, Problem)
        assert problem.line >= 1
        assert problem.message.strip()
        assert len(problem.text.splitlines()) == 1, problem.text
        assert len(problem.text) < 2000
    encode_msgpack(checked.campaigns)


def _one_line(error: Exception) -> None:
    text = str(error)
    assert text.strip()
    assert len(text.splitlines()) == 1, text
    assert len(text) < 2000, len(text)


def read_mapping_file(text: str) -> None:
    """A mapping, or one line that names the file."""
    with tempfile.NamedTemporaryFile("wb", suffix=".toml") as file:
        file.write(text.encode("utf-8", "surrogatepass"))
        file.flush()
        try:
            read_mapping(file.name)
        except WrongUse as error:
            _one_line(error)


def read_settings_file(text: str) -> None:
    """Settings, or one line that names the setting or the file."""
    with tempfile.NamedTemporaryFile("wb", suffix=".toml") as file:
        file.write(text.encode("utf-8", "surrogatepass"))
        file.flush()
        try:
            read_settings({}, file.name)
        except WrongUse as error:
            _one_line(error)


def read_snapshot(data: bytes) -> None:
    """A snapshot or none; one that is taken up scores, or is refused."""
    try:
        snapshot = decode_msgpack(data, ModelSnapshot)
    except UNREADABLE:
        return
    take_up(snapshot)


def take_up(snapshot: ModelSnapshot) -> None:
    """Whatever its arrays hold, a snapshot scores finite rows or is refused in one line; under a right checksum too."""
    for given in (snapshot, seal(snapshot)):
        store = ModelStore()
        store.add(given)
        try:
            model: Any = store.get(given.name, given.version, given.sha256)
        except (Refusal, ModelMissing) as error:
            _one_line(error)
            continue
        if isinstance(model, ItemTable):
            assert encode_msgpack([model.get(mark) for mark in (0, 1, 2**62)])
            continue
        if isinstance(model, DemandForecast):
            said = [say for of in (mark("shoes"), 0) for say in (model.category_day(of, NOW), model.item_daily(5, of))]
            assert all(0.0 <= one < inf for one in said)
            continue
        row = [0.5] * len(FORMS[given.algorithm].columns)
        if isinstance(model, LearnedSegments):
            assert model.label(tuple(row)) in {NO_SEGMENT, *SERVED[given.algorithm].labels}
            continue
        if isinstance(model, ServedItems):
            assert all(0.0 <= one.score < inf for one in model.best(CONTEXT, frozenset(), 8))
            assert len(model.bundle(CONTEXT.items, frozenset())) in {0, 2, 3}
            continue
        score = model.predict(row) if given.algorithm == "logistic" else model.rank(model.score(row))
        assert 0 <= score <= 1, score


def read_head(data: bytes) -> None:
    """A head, or a refusal of one line."""
    try:
        head = decode_head(data)
    except Refusal as error:
        _one_line(error)
        return
    assert decode_head(encode_head(head)) == head


HEADS = (
    encode_head(Head(1, "topic", 5, {"decisions": 7}, NOW, b"fold")),
    encode_head(Head(2, "topic", 5, {}, NOW, b"")),
    encode_msgpack([1, "a", "b"]),
)
CAMPAIGNS = tuple(
    file.read_text(encoding="utf-8")
    for place in ("campaigns", "demo")
    for file in sorted((ROOT / "deploy" / "examples" / place).glob("*.yaml"))
)
MAPPINGS = tuple(file.read_text(encoding="utf-8") for file in sorted((ROOT / "deploy" / "examples").rglob("*.toml")))
ODD_TOML = (
    "=",
    '"""',
    "[[[",
    "1979-13-01",
    "inf",
    "0x",
    "'\0'",
    "{a = {}}",
    "[" * 2000,
    "1" * 5000,
    '"\\ud800"',
    "a.b.c",
)
SETTINGS = ('bootstrap_servers = "a:1"\npartitions = 8\nsecurity_protocol = "SASL_SSL"\nsasl_username = "u"\n',)

TARGETS: dict[str, Target] = {
    "json": Target(anything(_json_originals(PUBLIC)), read_json),
    "msgpack": Target(anything(PACKED), read_msgpack),
    "intake": Target(
        st.tuples(
            st.sampled_from(INTAKE_SOURCES),
            anything(EVENTS + PACKED),
            st.none() | st.binary(max_size=40),
            st.sampled_from((NOW, NOW, 0, -1, 2**62)),
        ),
        take_in,
    ),
    "campaigns": Target(
        st.tuples(
            st.one_of(damaged_text(CAMPAIGNS), st.text(max_size=200), st.just(BOMB)),
            damaged_text(CAMPAIGNS[:1] + tuple(text for text in CAMPAIGNS if "limits" in text)),
        ),
        check_campaigns,
    ),
    "mappings": Target(st.one_of(damaged_text(MAPPINGS, ODD_TOML), st.text(max_size=200)), read_mapping_file),
    "settings": Target(st.one_of(damaged_text(SETTINGS, ODD_TOML), st.text(max_size=200)), read_settings_file),
    "snapshots": Target(anything(tuple(map(encode_msgpack, ORIGINALS))), read_snapshot),
    "models": Target(snapshots(), take_up),
    "heads": Target(anything(HEADS), read_head),
}


@cache
def warm_up() -> None:
    """What happens once in a process is no input's fault: the forest's kernel is compiled at its first use."""
    for snapshot in ORIGINALS:
        take_up(snapshot)
