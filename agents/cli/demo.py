"""``promostream demo``: everything at once, on whatever broker can be had."""

import os
import shutil
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import click
import msgspec

from agents.clone import EXAMPLES
from agents.demo.broker import find_broker
from agents.demo.console import Stage
from agents.demo.in_process import run_in_process
from agents.demo.on_kafka import run_on_kafka
from agents.demo.plan import Plan, interruptible
from agents.settings import Settings
from agents.simulation.account import Account


@click.command("demo")
@click.option("--seconds", type=click.FloatRange(min=1), help="How long the shop is open [default: until Ctrl-C].")
@click.option("--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Write the summary here.")
@click.option("--customers", type=click.IntRange(1), default=2000, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option(
    "--campaigns",
    type=click.Path(path_type=Path, exists=True),
    default=EXAMPLES / "demo",
    help="Campaign files; waits and windows should be seconds [default: deploy/examples/demo].",
)
@click.option("--without-broker", is_flag=True, help="Run the four folds in this process even if Kafka can be had.")
@click.option("--keep", is_flag=True, help="Keep keys, logs and the broker's data.")
def command(
    seconds: float | None,
    json_file: Path | None,
    customers: int,
    seed: int,
    campaigns: Path,
    without_broker: bool,
    keep: bool,
) -> None:
    """Start a broker, topics, the four roles and a simulated shop; show triggers, refusals, models and outcomes.

    The broker: that of KAFKA_BOOTSTRAP_SERVERS; else Apache Kafka from Docker Compose where an engine answers; else
    on this machine's Java 17 with Maven; else none: the four folds in this process.

    \b
    Examples:
      promostream demo
      promostream demo --seconds 90 --json summary.json
      KAFKA_BOOTSTRAP_SERVERS=localhost:9092 promostream demo
    """
    directory = (Path(Settings().data_dir) / f"demo-{os.getpid()}").absolute()
    directory.mkdir(parents=True)
    plan = Plan(seconds, customers, seed, campaigns, directory)
    account, stage = Account(), Stage()
    with interruptible():
        mode = _run(plan, stage, account, without_broker=without_broker)
    summary = {"mode": mode, "seconds": stage.elapsed, "first_seen_seconds": stage.firsts, **account.summary()}
    _tell(summary, account, json_file)
    if keep:
        click.echo(f"kept: {directory}")
    else:
        shutil.rmtree(directory)


def _run(plan: Plan, stage: Stage, account: Account, *, without_broker: bool) -> str:
    """Run to the end; an interrupt is an end like another. Where it ran: ``kafka`` or ``one_process``."""
    mode = "one_process"
    with ExitStack() as ending, suppress(KeyboardInterrupt):
        ending.enter_context(stage.following(account))
        broker = None if without_broker else find_broker(os.environ, plan.directory, stage.say)
        if broker is None:
            stage.say("there is no Kafka in this demo: the four folds run in one process, joined by logs in memory")
            run_in_process(plan, stage, account)
        else:
            mode = "kafka"
            ending.callback(broker.stop)
            stage.say(f"broker: {broker.name}, {broker.bootstrap}")
            run_on_kafka(broker, plan, stage, account)
    return mode


def _tell(summary: dict[str, Any], account: Account, file: Path | None) -> None:
    used = ", ".join(f"{name}@{version}" for name, version in sorted(account.in_use.items())) or "none yet"
    click.echo(f"\n{account.totals()}")
    click.echo(f"refusals by gate: {_counts(account.refusals)}")
    click.echo(f"outcomes: {_counts(account.outcomes)}")
    click.echo(f"decide scores with: {used}")
    if file is not None:
        file.write_bytes(msgspec.json.format(msgspec.json.encode(summary), indent=2) + b"\n")
        click.echo(f"summary: {file}")


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items(), key=lambda c: -c[1])) or "none"
