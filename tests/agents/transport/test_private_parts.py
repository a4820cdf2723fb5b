import importlib
import inspect
import textwrap
from importlib.metadata import version
from typing import Any

import pytest

from agents.transport.private_parts import PINNED, PRIVATE_PARTS, Part


@pytest.mark.parametrize(("package", "pinned"), PINNED.items())
def test_versions_are_the_pinned_ones(package: str, pinned: str) -> None:
    """Private parts are only known for the versions they were read in."""
    assert version(package) == pinned


@pytest.mark.parametrize("part", PRIVATE_PARTS, ids=lambda part: f"{part.owner}:{part.name}")
def test_every_private_part_is_where_it_was(part: Part) -> None:
    """An upgrade that moves a private part fails here, not at night."""
    source = textwrap.dedent(inspect.getsource(_found(part.owner)))
    assert part.evidence in source or textwrap.dedent(part.evidence) in source, part.why


def test_the_stream_drops_messages_of_an_older_generation() -> None:
    """Faust's compiled stream compares generations; batches carry theirs, so a stale one never reaches the body."""
    from faust.types.tuples import Message  # noqa: PLC0415 - the subject of the test

    assert "generation_id" in inspect.signature(Message.__init__).parameters


def _found(path: str) -> Any:
    module, _, names = path.partition(":")
    found: Any = importlib.import_module(module)
    for name in names.split("."):
        found = getattr(found, name)
    return found
