"""``promostream simulate``: a shop with known truth, on Kafka in real time or in one process."""

import signal
import time
from pathlib import Path
from types import FrameType

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from agents.campaign_files import activation
from agents.clone import EXAMPLES
from agents.errors import WrongUse
from agents.settings import read_settings
from agents.simulation.account import Account
from agents.simulation.in_process import ShopInProcess
from agents.simulation.on_kafka import ShopOnKafka
from agents.simulation.recording import Recording
from agents.simulation.summary import Figures, in_words, summarise
from streams.simulate.settings import ShopSettings

DEMO_PACE = 1440.0
_STEP_MS = 60_000
_DAY = 86_400


@click.command("simulate")
@click.option("--to-kafka", is_flag=True, help="Publish to the broker, deliver its triggers, in real time.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Run in one process and write here.")
@click.option("--seconds", type=click.FloatRange(min=0, min_open=True), help="How long [--to-kafka: until stopped].")
@click.option("--days", type=click.FloatRange(min=0, min_open=True), help="How long, in days [--out: 7].")
@click.option("--customers", type=click.IntRange(1), default=2000, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option("--pace", type=click.FloatRange(min=1e-3), help="Times as fast as life [--to-kafka: 1440, --out: 1].")
@click.option("--repeats", type=click.FloatRange(0, 1), default=0.002, show_default=True, help="Share published twice.")
@click.option(
    "--campaigns",
    type=click.Path(path_type=Path),
    default=EXAMPLES / "campaigns",
    help="For --out: the campaigns that decide [default: deploy/examples/campaigns].",
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def command(
    to_kafka: bool,
    out: Path | None,
    seconds: float | None,
    days: float | None,
    customers: int,
    seed: int,
    pace: float | None,
    repeats: float,
    campaigns: Path,
    as_json: bool,
) -> None:
    """A shop whose customers browse, abandon, buy, respond to triggers, farm coupons, by effects that are known.

    With --to-kafka it is platform, customers and delivery service of a running Promostream; broker and token key
    come from PROMOSTREAM_*. With --out it runs the four folds in this process, as fast as they go, and writes
    triggers.jsonl, decisions.jsonl and summary.json; without keys in PROMOSTREAM_* a fixed one is used.

    \b
    Examples:
      promostream simulate --to-kafka --customers 2000
      promostream simulate --days 14 --customers 3000 --out out/
      promostream simulate --seconds 90 --pace 1440 --campaigns deploy/examples/demo --out out/ --json
    """
    if to_kafka == (out is not None):
        raise WrongUse("simulate needs --to-kafka or --out DIR, and not both")
    if seconds is not None and days is not None:
        raise WrongUse("simulate takes --seconds or --days, not both")
    length = seconds if days is None else days * _DAY
    shop = ShopSettings(seed=seed, customers=customers, pace=pace or (DEMO_PACE if to_kafka else 1.0), repeats=repeats)
    if out is None:
        figures = _run_on_kafka(shop, length)
        lines = [f"{figures['events']} messages published, {figures['triggers']} triggers received"]
    else:
        figures = _run_in_process(shop, length or 7 * _DAY, campaigns, out)
        lines = [*in_words(figures), f"written to {out}"]
    click.echo(msgspec.json.encode(figures) if as_json else "\n".join(lines))


def _run_on_kafka(shop: ShopSettings, seconds: float | None) -> Figures:
    running = ShopOnKafka(shop, read_settings())
    ends = None if seconds is None else time.monotonic() + seconds
    stopped: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        del frame
        stopped.append(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    try:
        with _progress() as bar:
            task = bar.add_task("the shop is open", total=None)
            running.run(
                lambda: bool(stopped) or (ends is not None and time.monotonic() >= ends),
                lambda events, triggers: bar.update(task, description=f"{events} messages, {triggers} triggers"),
            )
    finally:
        running.close()
    return {"events": running.events, "triggers": running.triggers, "outcomes": dict(running.shop.outcomes)}


def _run_in_process(shop: ShopSettings, seconds: float, campaigns: Path, out: Path) -> Figures:
    settings = read_settings()
    account = Account()
    step = max(250, int(_STEP_MS / shop.pace))
    ran = ShopInProcess(shop, settings, activation(campaigns, "simulate", "given"), watermark_interval=step)
    start, end = shop.start_ms, shop.start_ms + int(seconds * 1000)
    with Recording(out) as recording, _progress() as bar:
        task = bar.add_task("living", total=end - start)
        for now in range(start + step, end + step, step):
            for topic, value in ran.advance(min(now, end)):
                account.take(topic, value)
                recording.take(topic, value)
            bar.update(task, completed=now - start, description=f"{account.triggers['send']} triggers")
    figures = summarise(ran, account)
    recording.finish(figures)
    return figures


def _progress() -> Progress:
    columns, console = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn()), Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
