"""``promostream replay``: a history through the four folds, without a broker."""

from pathlib import Path

import click
import msgspec

from agents.campaign_files import activation
from agents.cli.progress import progress_bar
from agents.histories.history import read_history
from agents.histories.mapping import read_mapping
from agents.histories.replaying import FILES, SUMMARY, Figures, Replaying
from agents.settings import Settings, read_settings
from agents.simulation.in_process import keys
from schemas.records import CampaignsActivated
from streams.learn import LearnSettings
from streams.state import FoldSettings
from streams.system import System, SystemSettings


@click.command("replay")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--mapping", required=True, type=click.Path(path_type=Path), help="TOML file that names the columns.")
@click.option("--campaigns", required=True, type=click.Path(path_type=Path), help="Campaign files that decide.")
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Where to write.")
@click.option("--partitions", type=click.IntRange(1, 1024), help="Of the log [default: from the settings].")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def command(file: Path, mapping: Path, campaigns: Path, out: Path, partitions: int | None, as_json: bool) -> None:
    """Run a history (CSV, JSON lines or Parquet, gz or not) through the production folds, as fast as they go.

    Writes triggers.jsonl, decisions.jsonl, dead_letters.jsonl and summary.json; the same input gives the same bytes.
    Nothing is sent. Without keys in PROMOSTREAM_* a fixed one of zeros is used, so that anyone gets the same tokens.

    \b
    Examples:
      promostream replay history.csv.gz --mapping mapping.toml --campaigns campaigns/ --out out/
      promostream replay events.jsonl --mapping mapping.toml --campaigns cart.yaml --out out/ --json
    """
    checked = read_mapping(str(mapping))
    activated = activation(campaigns, "replay", "given")
    settings = read_settings()
    if partitions is not None:
        settings = msgspec.structs.replace(settings, partitions=partitions)
    with progress_bar("reading") as advance:
        history = read_history(str(file), checked, advance)
    with Replaying(_system(settings, activated), out) as run, progress_bar("folding", len(history.events)) as advance:
        figures = run.run(history, advance)
    click.echo(msgspec.json.encode(figures) if as_json else _in_words(figures, out))


def _system(settings: Settings, activated: CampaignsActivated) -> System:
    token_key, coupon_key = keys(settings)
    fold = FoldSettings(coupon_key=coupon_key, global_holdout=settings.global_holdout, alert_risk=settings.alert_risk)
    told = SystemSettings(
        token_key=token_key,
        fold=fold,
        partitions=settings.partitions,
        learn=LearnSettings(
            retrain_every=settings.retrain_every,
            refit_every=settings.refit_every,
            choices_every=settings.choices_every,
        ),
    )
    return System(told, activated.campaigns, activated.policies)


def _in_words(figures: Figures, out: Path) -> str:
    return (
        f"{figures['events_read']} rows: {figures['events_accepted']} accepted, "
        f"{figures['events_dead_lettered']} dead-lettered, {figures['events_duplicate']} duplicates; "
        f"{figures['users']} users, {figures['decisions']} decisions, {figures['triggers']} triggers\n"
        f"written to {out}: {', '.join((*FILES.values(), SUMMARY))}"
    )
