"""The four roles under a steady load for minutes, watched from outside: memory must be flat. ``scripts/soak``."""

import os
import tempfile
from pathlib import Path

import click

from agents.creation import create_topics
from agents.settings import Settings
from tests.benchmarks.broker import broker, remove
from tests.bounds.soaking import EndedEarly, Load, soak
from tests.bounds.verdict import as_json, as_table

PARTITIONS = 4


@click.command()
@click.option("--minutes", type=click.FloatRange(1), default=20.0, show_default=True, help="How long.")
@click.option("--rate", type=click.IntRange(10), default=2000, show_default=True, help="Events/s of the customers.")
@click.option("--users", type=click.IntRange(10), default=2000, show_default=True, help="Customers; never more.")
@click.option("--bot-rate", type=click.IntRange(0), default=5000, show_default=True, help="Events/s in a bot's bursts.")
@click.option("--tolerance", type=float, default=20.0, show_default=True, help="MB/h that a role may seem to grow.")
@click.option("--json", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write every sample here too.")
def command(minutes: float, rate: int, users: int, bot_rate: int, tolerance: float, file: Path | None) -> None:
    r"""Run intake, decide, learn and coordinate on a Kafka under load; exit 1 if anything grows after a quarter of it.

    Customers are a fixed set, so that nothing may grow: profiles are full after the first minutes, model versions come
    every few seconds and leave again, a bot fires at one key a third of the time. Besides the tolerance a role may
    take 4 MB once, as buffers and pools do: a leak is a straight line, the clearer the longer it runs.

    \b
    Examples:
      scripts/soak
      scripts/soak --minutes 5 --rate 1000 --json soak.json
    """
    with broker() as address, tempfile.TemporaryDirectory() as folder:
        settings = _settings(address, folder)
        create_topics(settings)
        try:
            verdict = soak(settings, Path(folder), Load(minutes * 60, rate, users, bot_rate), tolerance)
        except EndedEarly as early:
            raise click.ClickException(f"it ended early: {early}") from early
        finally:
            remove(settings)
    if file is not None:
        file.write_bytes(as_json(verdict))
    click.echo(as_table(verdict))
    raise SystemExit(1 if verdict.problems else 0)


def _settings(address: str, folder: str) -> Settings:
    """Models are made and retired, and checkpoints written, as often as the machine bears."""
    return Settings(
        bootstrap_servers=address,
        topic_prefix=f"soak{os.getpid()}-",
        partitions=PARTITIONS,
        token_key="1f" * 32,
        coupon_key="2e" * 32,
        data_dir=folder,
        checkpoint_interval=5.0,
        retrain_every=50,
        refit_every=500,
        choices_every=500,
        model_pause=2.0,
        model_retirement=10.0,
    )


if __name__ == "__main__":
    command()
