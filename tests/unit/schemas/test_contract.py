import json
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from jsonschema import Draft7Validator, Draft202012Validator

from agents.cli.schemas import command, differences, write_files
from agents.errors import CheckFound, WrongUse
from schemas.examples import EXAMPLES, examples_of
from schemas.export import VERSION, public_messages, schema_of, texts
from schemas.records import Body, Record
from schemas.topics import TOPICS

ROOT = Path(__file__).parents[3]
PUBLIC = public_messages()
PUBLIC_EXAMPLES = [name for name in EXAMPLES if name.split(".")[0] in PUBLIC]


def test_generated_files_are_current() -> None:
    """What newcomers read is what the structs say; `promostream schemas --write schemas/generated` renews it."""
    assert differences(texts(), ROOT / "schemas/generated") == []


@pytest.mark.parametrize("name", PUBLIC_EXAMPLES)
def test_an_example_fits_its_schema(name: str) -> None:
    """Every public example validates against the schema that other teams are given."""
    content = json.loads(texts()[f"examples/{name}.json"])
    Draft202012Validator(schema_of(PUBLIC[name.partition(".")[0]])).validate(content)


@pytest.mark.parametrize("name", PUBLIC)
def test_a_schema_is_a_schema(name: str) -> None:
    """Every generated schema is valid by its own dialect's rules."""
    Draft202012Validator.check_schema(schema_of(PUBLIC[name]))


@pytest.mark.parametrize(
    "change",
    [
        {"user_id": None},
        {"type": "teleport"},
        {"price": {"value": "199", "currency": "CNY"}},
        {"type": "purchase", "order_id": "o-1"},
        {"type": "refund", "lines": [{"item_id": "i"}]},
    ],
)
def test_an_event_outside_the_contract_does_not_validate(change: dict[str, Any]) -> None:
    """The schema keeps the rules between fields: somebody did it, and orders name their lines."""
    event = msgspec.to_builtins(EXAMPLES["Event"]) | change
    assert not Draft202012Validator(schema_of(PUBLIC["Event"])).is_valid(event)


def test_every_message_has_an_example() -> None:
    """No message of the topic table, and no body of a record, goes without an example."""
    assert [topic.record.__name__ for topic in TOPICS.values() if not examples_of(topic.record)] == []
    shown = {type(r.body) for r in EXAMPLES.values() if isinstance(r, Record)}
    assert shown == set(Body.__args__)


def test_every_reference_of_the_asyncapi_document_resolves() -> None:
    """Channels, operations, messages and schemas point at each other and at nothing else."""
    document = json.loads(texts()["asyncapi.json"])
    references = list(_references(document))
    assert len(references) > len(TOPICS) * 2
    for reference in references:
        node = document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]


def test_the_asyncapi_document_follows_the_table() -> None:
    """Each topic is a channel; operations are those of the public ones, seen from this side."""
    document = json.loads(texts()["asyncapi.json"])
    assert document["asyncapi"] == "3.0.0"
    assert set(document["channels"]) == set(TOPICS)
    actions = {o["channel"]["$ref"].split("/")[-1]: o["action"] for o in document["operations"].values()}
    assert actions == {t.name: "receive" if t.public_input else "send" for t in TOPICS.values() if t.public}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_fits_the_asyncapi_payload(name: str) -> None:
    """The draft-07 schemas accept every example, internal ones included (in their JSON form)."""
    document = json.loads(texts()["asyncapi.json"])
    schema = {"$ref": f"#/components/schemas/{name.partition('.')[0]}", "components": document["components"]}
    Draft7Validator(schema).validate(json.loads(texts()[f"examples/{name}.json"]))


def test_the_contract_has_the_projects_version() -> None:
    """One version number for the project and its contract."""
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION


def test_check_names_what_differs_and_write_mends_it(tmp_path: Path) -> None:
    """A changed, a missing and a left-over file are found; writing makes the folder current."""
    write_files(texts(), tmp_path)
    (tmp_path / "Trigger.schema.json").write_text("{}")
    (tmp_path / "Event.schema.json").unlink()
    (tmp_path / "Gone.schema.json").write_text("{}")
    assert differences(texts(), tmp_path) == ["Event.schema.json", "Gone.schema.json", "Trigger.schema.json"]
    with pytest.raises(CheckFound, match=r"3 files in .* not current"):
        CliRunner().invoke(command, ["--check", str(tmp_path)], catch_exceptions=False, standalone_mode=False)
    CliRunner().invoke(command, ["--write", str(tmp_path)], catch_exceptions=False, standalone_mode=False)
    assert differences(texts(), tmp_path) == []


def test_an_unknown_name_lists_the_messages() -> None:
    """Asking for a message that is not there says which are."""
    with pytest.raises(WrongUse, match="there are Event, Outcome"):
        CliRunner().invoke(command, ["Tigger"], catch_exceptions=False, standalone_mode=False)


def _references(node: Any) -> Any:
    if isinstance(node, dict):
        yield from ([node["$ref"]] if isinstance(node.get("$ref"), str) else [])
        for part in node.values():
            yield from _references(part)
    elif isinstance(node, list):
        for part in node:
            yield from _references(part)
