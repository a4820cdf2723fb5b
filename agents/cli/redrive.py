"""``promostream redrive``: dead letters back to intake, each counted once."""

import sys
import time
from datetime import UTC, datetime

import click
import msgspec

from agents.admin import require_topics
from agents.cli.progress import progress_bar
from agents.redriving.book import KafkaBook
from agents.redriving.carrying_out import carry_out, plan
from agents.redriving.letters import read_letters
from agents.redriving.wording import figures, in_words
from agents.rights import using
from agents.settings import read_settings
from schemas.dead_letters import REASONS
from schemas.topics import DEAD_LETTERS, REDRIVES
from streams.intake.choosing import Place, Selection, Tally
from streams.intake.redriving import TAKEN_AGAIN

UNITS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


class Moment(click.ParamType):
    """A time in ms: an ISO date or time (UTC where it names no zone), or how long ago."""

    name = "time"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The time in ms since 1970."""
        if isinstance(value, int):
            return value
        if value[:-1].isdigit() and value[-1:] in UNITS:
            return _now() - int(value[:-1]) * UNITS[value[-1]]
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value} is no time; write such as 2026-11-22T14:00 (UTC) or 2h (ago)", param, ctx)
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


class Origin(click.ParamType):
    """A message's place: ``clicks/3/904412``, or the key of its dead letter."""

    name = "origin"

    def convert(self, value: str | Place, param: click.Parameter | None, ctx: click.Context | None) -> Place:
        """Source, partition and offset."""
        if not isinstance(value, str):
            return value
        parts = value.split("/")
        if len(parts) not in {3, 4} or not all(part.isdigit() for part in parts[1:]):
            self.fail(f"{value} is no origin; it looks like clicks/3/904412", param, ctx)
        return parts[0], int(parts[1]), int(parts[2])


@click.command("redrive")
@click.option("--reason", "reasons", multiple=True, type=click.Choice(list(REASONS)), help="Refused for this reason.")
@click.option("--field", "fields", multiple=True, help="Refused for this field, such as price.currency.")
@click.option("--source", "sources", multiple=True, type=click.Choice(TAKEN_AGAIN), help="Published on this topic.")
@click.option("--origin", "origins", multiple=True, type=Origin(), help="This message, such as clicks/3/904412.")
@click.option("--since", type=Moment(), default=0, help="Refused at or after: 2026-11-22T14:00 (UTC), or 2h (ago).")
@click.option("--until", type=Moment(), help="Refused at or before [default: now].")
@click.option("--limit", type=click.IntRange(min=1), help="At most so many, the oldest first.")
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON; without --yes as a dry run.")
def command(
    reasons: tuple[str, ...],
    fields: tuple[str, ...],
    sources: tuple[str, ...],
    origins: tuple[Place, ...],
    since: int,
    until: int | None,
    limit: int | None,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Let intake take messages again that ended in dead-letters, once what was in the way is gone.

    Says what would happen and asks; nothing is written without a yes at the terminal or --yes. Options of one kind
    widen the choice, different kinds narrow it. Redriven events change profiles and open no decision points. A letter
    is redriven once, however often and by how many people this is run; a message that is refused again is a new
    letter with the same origin and one attempt more (at most 8). Workers need not be stopped.

    \b
    Examples:
      promostream redrive --dry-run
      promostream redrive --reason unsupported_format --since 2h
      promostream redrive --source purchases --field price.currency --limit 1000 --yes --json
      promostream redrive --origin clicks/3/904412
    """
    settings, now, started = read_settings(), _now(), time.monotonic()
    require_topics(settings, (DEAD_LETTERS, REDRIVES), using((DEAD_LETTERS, REDRIVES), (REDRIVES,)))
    selection = Selection(
        reasons=frozenset(reasons),
        fields=frozenset(fields),
        sources=frozenset(sources),
        places=frozenset(origins),
        since=since,
        until=now if until is None else until,
    )
    book = KafkaBook(settings)
    with progress_bar("reading dead letters") as advance:
        planned = plan(read_letters(settings, now, advance), book, selection, limit)
    count = planned.chosen.total()
    if not _agreed(planned, dry_run=dry_run, yes=yes, as_json=as_json):
        return
    with progress_bar("redriving", count) as advance:
        done = carry_out(read_letters(settings, now, lambda _: None), book, selection, limit, advance)
    seconds = time.monotonic() - started
    click.echo(msgspec.json.encode(figures(done, seconds)) if as_json else f"{done.chosen.total()} redriven")


def _agreed(planned: Tally, *, dry_run: bool, yes: bool, as_json: bool) -> bool:
    """Whether to go on; says what would happen, and asks where there is somebody to ask."""
    count = planned.chosen.total()
    if as_json and (dry_run or not yes):
        click.echo(msgspec.json.encode(figures(planned, None)))
    if as_json:
        return yes and not dry_run
    click.echo(in_words(planned))
    if dry_run or not count:
        return False
    if yes or (sys.stdin.isatty() and click.confirm(f"redrive {count}?", err=True)):
        return True
    click.echo("nothing was redriven; --yes redrives without asking")
    return False


def _now() -> int:
    return time.time_ns() // 1_000_000
