"""``promostream segments``: who is in the segments that were learned."""

from collections.abc import Iterable

import click
import msgspec
from rich.console import Console
from rich.progress import Progress

from agents.errors import CheckFound, Refused
from agents.reading_back import read_partition
from agents.settings import Settings, read_settings
from schemas.codec import decode_msgpack
from schemas.models import ModelSnapshot, version_of
from schemas.topics import MODELS
from streams.folding import Refusal
from streams.learn.segments import RFM, SEGMENTS
from streams.models.snapshots import verify
from streams.segments.portraits import Portrait, portraits

FEATURES = {SEGMENTS: "segment.learned", RFM: "segment.rfm"}
"""The feature that conditions know a model's segments by."""


class Gallery(msgspec.Struct, frozen=True):
    """The portraits of one model: the feature that reads it, its version, how many rows until when (ms) it learned."""

    feature: str
    version: int
    trained_on: int
    trained_until: int
    segments: list[Portrait]


@click.command("segments")
@click.option("--json", "as_json", is_flag=True, help="Print the portraits as JSON.")
def command(as_json: bool) -> None:
    """Tell who is in each learned segment: how many of late, and what tells them most from all customers.

    Reads the newest versions on the topic `models`. Campaigns name segments in conditions, such as
    {feature: segment.learned, op: in, value: [s2, s5]}; a name stays with what it means.

    \b
    Examples:
      promostream segments
      promostream segments --json
    """
    found = galleries(_messages(read_settings()))
    if not found:
        raise CheckFound("no segments have been learned yet; they come with the first 256 closed decisions")
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found)))
        return
    for gallery in found:
        click.echo("\n".join(told(gallery)) + "\n")


def galleries(messages: Iterable[tuple[bytes | None, bytes | None]]) -> list[Gallery]:
    """The portraits of the newest version of each model among (key, value) messages of ``models``.

    Raises:
        Refused: that version does not fit its checksum.

    """
    newest: dict[str, tuple[int, bytes]] = {}
    for key, value in messages:
        name, version = version_of(key) or ("", 0)
        if name in FEATURES and value is not None:
            newest[name] = max(newest.get(name, (0, b"")), (version, value))
    return [_gallery(decode_msgpack(newest[name][1], ModelSnapshot)) for name in FEATURES if name in newest]


def told(gallery: Gallery) -> list[str]:
    """The lines that a person reads."""
    lines = [f"{gallery.feature}, version {gallery.version}, learned from {gallery.trained_on:,} decisions"]
    for portrait in gallery.segments:
        lines.append(f"  {portrait.name}  {portrait.share:.0%} of those decided on of late")
        lines += [f"      {trait.words}" for trait in portrait.traits] or ["      like everybody"]
    return lines


def _gallery(snapshot: ModelSnapshot) -> Gallery:
    try:
        verify(snapshot)
    except Refusal as refusal:
        raise Refused(str(refusal)) from refusal
    return Gallery(
        FEATURES[snapshot.name],
        snapshot.version,
        snapshot.trained_on,
        snapshot.trained_until,
        [portrait for portrait in portraits(snapshot) if portrait.share > 0],
    )


def _messages(settings: Settings) -> Iterable[tuple[bytes | None, bytes | None]]:
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("reading models", total=None)
        for message in read_partition(settings, MODELS, 0, lambda size: progress.update(task, total=size)):
            progress.advance(task)
            yield message.key(), message.value()
