"""``promostream validate``: how good a source's messages are, before they count."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import click
import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from agents.cli.progress import progress_bar
from agents.errors import CheckFound, WrongUse
from agents.histories.files import content
from agents.histories.history import read_history
from agents.histories.mapping import read_mapping
from agents.reading_back import read_topic
from agents.settings import read_settings
from agents.transport.messages import source_record
from schemas.dead_letters import REASONS
from schemas.topics import CATALOGUE, CLICKS, CUSTOMERS, EVENT_SOURCES, PRIVACY
from streams.intake.quality import Examiner, Quality
from streams.intake.validation import Rejection

WIDTH = 110
SHOWN_EXAMPLE = 70
SOURCES = (*EVENT_SOURCES, PRIVACY, CUSTOMERS, CATALOGUE)


class Found(NamedTuple):
    """A message and where it was found."""

    place: str
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()


@click.command("validate")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--topic", type=click.Choice(SOURCES), help="Read this topic instead of a file.")
@click.option("--last", type=click.IntRange(1), default=100_000, show_default=True, help="Newest messages of a topic.")
@click.option("--mapping", type=click.Path(path_type=Path), help="TOML file that names the columns of a history.")
@click.option("--json", "as_json", is_flag=True, help="Print the account as JSON.")
def command(file: Path | None, topic: str | None, last: int, mapping: Path | None, *, as_json: bool) -> None:
    """Read events as intake does and tell what is missing, repaired, late, repeated or refused; nothing is written.

    FILE holds one event per line in any shape that intake takes (own JSON, CloudEvents, Segment), or, with --mapping,
    a history in CSV, JSON lines or Parquet; gz is recognised. Exit code 1 if something would be refused.

    \b
    Examples:
      promostream validate events.jsonl
      promostream validate history.csv.gz --mapping mapping.toml --json
      promostream validate --topic clicks --last 10000
    """
    if (file is None) == (topic is None):
        raise WrongUse("name a FILE or a --topic, one of them: `promostream validate events.jsonl`")
    if topic is not None and mapping is not None:
        raise WrongUse("--mapping is for files; what is on a topic needs none")
    examiner = Examiner(time.time_ns() // 1_000_000)
    with progress_bar("reading") as advance:
        if topic is not None:
            found = _of_topic(topic, last)
        else:
            found = _of_file(file or Path()) if mapping is None else _of_history(examiner, file or Path(), mapping)
        for place, value, headers in found:
            examiner.message(place, value, headers, topic or CLICKS)
            advance(1)
    quality = examiner.finish()
    if not quality.read:
        raise WrongUse(f"{topic or file}: there is no message in it")
    if as_json:
        click.echo(msgspec.json.encode(quality))
    else:
        _show(topic or str(file), quality)
    if quality.refused:
        hint = "" if quality.taken or mapping or topic else "; if it is a history, name its columns with --mapping"
        raise CheckFound(f"{sum(quality.refused.values()):,} of {quality.read:,} messages would be refused{hint}")


def _of_topic(topic: str, last: int) -> Iterator[Found]:
    for message in read_topic(read_settings(), topic, last):
        record = source_record(message)
        yield Found(f"{topic}/{message.partition()} offset {record.offset}", record.value or b"", record.headers)


def _of_file(file: Path) -> Iterator[Found]:
    with content(str(file)) as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield Found(f"line {number}", line.strip())


def _of_history(examiner: Examiner, file: Path, mapping: Path) -> Iterator[Found]:
    history = read_history(str(file), read_mapping(str(mapping)))
    for row in history.unreadable:
        examiner.refuse(f"row {row.row}", Rejection("unreadable_row", row.column, row.message))
    for event in history.events:
        yield Found(f"row {event.row}", event.value)


def _show(source: str, quality: Quality) -> None:
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    console.print(_summary(source, quality), highlight=False, markup=False, soft_wrap=True)
    for reason, count in quality.refused.items():
        told = f"  refused as {reason}: {count:,} ({REASONS[reason]})"
        console.print(told, highlight=False, markup=False, soft_wrap=True)
    table = Table("field", "there", "missing", "repaired", "refused", "first refusal", box=None, padding=(0, 2))
    for name, own in sorted(quality.fields.items(), key=lambda item: -item[1].refused):
        asked = own.present + own.missing
        shares = (f"{own.present / asked:.1%}", f"{own.missing / asked:.1%}") if asked else ("", "")
        example = own.example if len(own.example) <= SHOWN_EXAMPLE else own.example[:SHOWN_EXAMPLE] + "…"
        table.add_row(escape(name), *shares, f"{own.repaired:,}", f"{own.refused:,}", escape(example))
    console.print(table, highlight=False)


def _summary(source: str, quality: Quality) -> str:
    told = f"{source}: {quality.read:,} messages, {quality.taken:,} taken"
    if quality.types:
        types = ", ".join(f"{name} {count:,}" for name, count in quality.types.items())
        span = f", {_moment(quality.first)} to {_moment(quality.last)}" if quality.last else ""
        told += f" of {quality.users:,} users{span}\n  {types}"
    return told + (
        f"\n  {quality.repaired:,} repaired, {quality.late:,} over an hour late, {quality.ahead:,} over a day ahead of "
        f"now, {quality.duplicates:,} duplicates, {quality.bot_like:,} beyond 300 a minute of one user"
    )


def _moment(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
