"""Breaks a running Promostream in every way that is known, and compares with an undisturbed fold: ``scripts/chaos``."""

import sys
import time
from pathlib import Path

import click
from rich.console import Console

from deploy.kafka import KafkaUnavailable
from tests.chaos.every import every_scenario, plan
from tests.chaos.report import show, write_json
from tests.chaos.running import play_all
from tests.chaos.scenario import Scenario


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]…")
@click.option("--seed", default=1, show_default=True, help="The first seed.")
@click.option("--repeat", type=click.IntRange(1), default=1, show_default=True, help="How often, with further seeds.")
@click.option("--short", is_flag=True, help="Only the few scenarios that scripts/test plays too.")
@click.option("--jobs", type=click.IntRange(1), default=2, show_default=True, help="Scenarios at a time on one broker.")
@click.option("--list", "listed", is_flag=True, help="Show the scenarios and play none.")
@click.option("--json", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write the verdicts here too.")
def chaos(
    names: tuple[str, ...], seed: int, repeat: int, short: bool, jobs: int, listed: bool, file: Path | None
) -> None:
    r"""Play every scenario, or those named, on a real Apache Kafka; exit code 1 if any failed.

    \b
    Examples:
      scripts/chaos
      scripts/chaos sigkill-at-random --seed 7 --repeat 5
      scripts/chaos --short --json chaos.json
    """
    if listed:
        for scenario in every_scenario():
            click.echo(f"{scenario.name:32} {scenario.brokers} broker(s), {scenario.seeds} seed(s)  {_law(scenario)}")
        return
    began = time.monotonic()
    verdicts = play_all(plan(names, seed, repeat, short=short), jobs, lambda line: click.echo(line, err=True))
    show(verdicts, time.monotonic() - began, Console(soft_wrap=True))
    if file is not None:
        write_json(file, verdicts)
    sys.exit(0 if all(verdict.passed or verdict.skipped for verdict in verdicts) else 1)


def _law(scenario: Scenario) -> str:
    return (scenario.play.__doc__ or "").partition("\n")[0]


if __name__ == "__main__":
    try:
        chaos()
    except KafkaUnavailable as problem:
        click.echo(f"chaos: {problem}", err=True)
        sys.exit(3)
