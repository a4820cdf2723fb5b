"""``promostream explain``: a decision in a marketer's words."""

import gzip
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, cast

import click
import msgspec
from rich.console import Console
from rich.progress import Progress, TaskID

from agents.errors import CheckFound, WrongUse
from agents.reading_back import read_partition
from agents.settings import Settings, read_settings
from agents.wording import reason
from schemas.codec import decode_json
from schemas.decisions import Decision
from schemas.topics import DECISIONS
from streams.policy.explanation import explain

_ID = re.compile(r"[^-\s]+-(\d+)-\d+-\d+")


@click.command("explain")
@click.argument("decision_id")
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path),
    help="A replay's directory or its decisions.jsonl [default: the topic decisions].",
)
@click.option("--json", "as_json", is_flag=True, help="Print the decision's record as JSON.")
def command(decision_id: str, source: Path | None, as_json: bool) -> None:
    """Tell why a message was sent, held back or refused: gates, values, chances, the draw.

    DECISION_ID is the trigger_id or decision_id of a trigger, a decision or an outcome.
    Without --from the partition of the topic `decisions` that the id names is read.

    \b
    Examples:
      promostream explain e7-12-904412-0
      promostream explain e1-0-5120-0 --from out/
      promostream explain e1-0-5120-0 --from out/decisions.jsonl --json
    """
    named = _ID.fullmatch(decision_id)
    if not named:
        raise WrongUse(f'"{decision_id}" is not a decision id; it looks like e7-12-904412-0')
    if source is None:
        found, where = _from_topic(read_settings(), decision_id, int(named[1])), "the topic decisions"
    else:
        found, where = _from_file(source, decision_id), str(source)
    if found is None:
        raise CheckFound(f"no decision {decision_id} in {where}; is it from another epoch, or past its retention?")
    click.echo(msgspec.json.format(msgspec.json.encode(found)) if as_json else explain(found), nl=as_json)


def _from_topic(settings: Settings, decision_id: str, partition: int) -> Decision | None:
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(f"reading decisions/{partition}", total=None)
        messages = read_partition(settings, DECISIONS, partition, lambda size: progress.update(task, total=size))
        return _find(_advancing(((m.value() or b"") for m in messages), progress, task), decision_id)


def _advancing(values: Iterable[bytes], progress: Progress, task: TaskID) -> Iterator[bytes]:
    for value in values:
        progress.advance(task)
        yield value


def _from_file(source: Path, decision_id: str) -> Decision | None:
    file = source / "decisions.jsonl" if source.is_dir() else source
    try:
        with _opened(file) as lines:
            return _find(lines, decision_id)
    except OSError as error:
        raise WrongUse(f"{file}: {reason(error)}; name a replay's directory or its decisions.jsonl") from error


def _opened(file: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(file) if file.suffix == ".gz" else file.open("rb"))


def _find(values: Iterable[bytes], decision_id: str) -> Decision | None:
    """The decision with the id; only messages that contain it are decoded."""
    needle = decision_id.encode()
    for value in values:
        if needle in value:
            decision = _decoded(value)
            if decision.decision_id == decision_id:
                return decision
    return None


def _decoded(value: bytes) -> Decision:
    try:
        return decode_json(value, Decision)
    except msgspec.DecodeError as error:
        raise WrongUse(
            f"this does not hold decisions ({error}); name a replay's directory or decisions.jsonl"
        ) from error
