"""``promostream segments``: who is in the segments that were learned."""

from collections.abc import Iterable

import click
import msgspec

from agents.errors import CheckFound
from agents.newest_models import Message, model_messages, newest_snapshots
from agents.settings import read_settings
from schemas.models import ModelSnapshot
from streams.learn.segments import RFM, SEGMENTS
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
    found = galleries(model_messages(read_settings()))
    if not found:
        raise CheckFound("no segments have been learned yet; they come with the first 256 closed decisions")
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found)))
        return
    for gallery in found:
        click.echo("\n".join(told(gallery)) + "\n")


def galleries(messages: Iterable[Message]) -> list[Gallery]:
    """The portraits of the newest version of each model among (key, value) messages of ``models``.

    Raises:
        Refused: that version does not fit its checksum.

    """
    return [_gallery(snapshot) for snapshot in newest_snapshots(messages, FEATURES).values()]


def told(gallery: Gallery) -> list[str]:
    """The lines that a person reads."""
    lines = [f"{gallery.feature}, version {gallery.version}, learned from {gallery.trained_on:,} decisions"]
    for portrait in gallery.segments:
        lines.append(f"  {portrait.name}  {portrait.share:.0%} of those decided on of late")
        lines += [f"      {trait.words}" for trait in portrait.traits] or ["      like everybody"]
    return lines


def _gallery(snapshot: ModelSnapshot) -> Gallery:
    return Gallery(
        FEATURES[snapshot.name],
        snapshot.version,
        snapshot.trained_on,
        snapshot.trained_until,
        [portrait for portrait in portraits(snapshot) if portrait.share > 0],
    )
