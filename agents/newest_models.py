"""The newest versions on the topic ``models``, for commands that tell people about them."""

from collections.abc import Collection, Iterable

from rich.console import Console
from rich.progress import Progress

from agents.errors import Refused
from agents.reading_back import read_partition
from agents.settings import Settings
from schemas.codec import decode_msgpack
from schemas.models import ModelSnapshot, version_of
from schemas.topics import MODELS
from streams.folding import Refusal
from streams.models.snapshots import verify

Message = tuple[bytes | None, bytes | None]
"""Key and value."""


def model_messages(settings: Settings) -> Iterable[Message]:
    """All that stands on ``models``, with progress on a terminal."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("reading models", total=None)
        for message in read_partition(settings, MODELS, 0, lambda size: progress.update(task, total=size)):
            progress.advance(task)
            yield message.key(), message.value()


def newest_snapshots(messages: Iterable[Message], names: Collection[str]) -> dict[str, ModelSnapshot]:
    """The newest version of each of these models, by name, in the order of ``names``.

    Raises:
        Refused: that version does not fit its checksum.

    """
    newest: dict[str, tuple[int, bytes]] = {}
    for key, value in messages:
        name, version = version_of(key) or ("", 0)
        if name in names and value is not None:
            newest[name] = max(newest.get(name, (0, b"")), (version, value))
    found = {name: decode_msgpack(newest[name][1], ModelSnapshot) for name in names if name in newest}
    try:
        for snapshot in found.values():
            verify(snapshot)
    except Refusal as refusal:
        raise Refused(str(refusal)) from refusal
    return found
