"""``promostream publish``: a history onto the input topics."""

import time
from pathlib import Path

import click
import msgspec

from agents.admin import require_topics
from agents.cli.progress import progress_bar
from agents.clients import producer
from agents.histories.history import read_history
from agents.histories.mapping import read_mapping
from agents.histories.publishing import MESSAGE_TIMEOUT_MS, Pace, Publisher
from agents.rights import using
from agents.settings import read_settings
from schemas.topics import DEAD_LETTERS, EVENT_SOURCES, PRIVACY


class Speed(click.ParamType):
    """Times as fast as it happened, or ``max``; 0 stands for no waiting."""

    name = "speed"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The factor, 0 for ``max``."""
        if value == "max":
            return 0.0
        try:
            speed = float(value)
        except ValueError:
            speed = 0.0
        if not 0 < speed < float("inf"):
            self.fail(f"{value} is no speed; write such as 60 (a minute of history per second) or max", param, ctx)
        return speed


@click.command("publish")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--mapping", required=True, type=click.Path(path_type=Path), help="TOML file that names the columns.")
@click.option("--speed", type=Speed(), default="max", show_default=True, help="Times as fast as it happened, or max.")
@click.option("--limit", type=click.IntRange(min=1), help="Only the first so many events in time order.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def command(file: Path, mapping: Path, speed: float, limit: int | None, as_json: bool) -> None:
    """Put a history (CSV, JSON lines or Parquet, gz or not) on the input topics, in time order.

    Messages are stamped with the present, keyed by user id; the log that takes them wants clock = source
    (`promostream topics create --clock source`). Rows that cannot be read go to dead-letters. The broker and the
    topic prefix come from PROMOSTREAM_*.

    \b
    Examples:
      promostream publish history.csv.gz --mapping mapping.toml
      promostream publish history.csv.gz --mapping mapping.toml --speed 60 --limit 1000
      promostream publish events.parquet --mapping mapping.toml --json
    """
    checked = read_mapping(str(mapping))
    settings = read_settings()
    topics = (*EVENT_SOURCES, PRIVACY, DEAD_LETTERS)
    require_topics(settings, topics, using(writes=topics))
    with progress_bar("reading") as advance:
        history = read_history(str(file), checked, advance)
    publisher = Publisher(producer(settings, message_timeout_ms=MESSAGE_TIMEOUT_MS), settings.topic)
    pace = Pace(speed, time.monotonic, time.sleep)
    started = time.monotonic()
    with progress_bar("publishing", len(history.events[:limit])) as advance:
        published = publisher.publish(history, limit, pace, time.time_ns() // 1_000_000, advance)
    figures: dict[str, object] = {
        "history": history.digest,
        "events_read": published.events + published.dead_letters,
        "events_published": published.events,
        "events_dead_lettered": published.dead_letters,
        "consents_published": published.consents,
        "seconds": round(time.monotonic() - started, 3),
    }
    click.echo(msgspec.json.encode(figures) if as_json else _in_words(figures))


def _in_words(figures: dict[str, object]) -> str:
    return (
        f"{figures['events_published']} events and {figures['consents_published']} consents published "
        f"in {figures['seconds']} s; {figures['events_dead_lettered']} rows in dead-letters"
    )
