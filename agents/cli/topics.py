"""``promostream topics``: make the topics of the table, or compare the broker with it."""

import click
import msgspec

from agents.admin import check_topics
from agents.cli import acls
from agents.creation import Clock, create_topics
from agents.errors import BrokerNotReady
from agents.input_topics import INPUTS, adopt_input
from agents.settings import Settings, read_settings
from agents.topic_differences import Difference


@click.group("topics")
def command() -> None:
    """Create the topics that Promostream needs, or check those that are there."""


@command.command("create")
@click.option("--epoch", default="e1", show_default=True, help="Name of the log; every id contains it.")
@click.option(
    "--clock",
    type=click.Choice(["arrival", "source"]),
    default="arrival",
    show_default=True,
    help="What 'now' is: the broker's arrival time, or the events' own time (histories, tests).",
)
@click.option("--partitions", type=click.IntRange(1, 1024), help="Of the log, for good [default: from the settings].")
@click.option("--replication", type=click.IntRange(1, 7), help="Copies of each topic [default: from the settings].")
def create(epoch: str, clock: Clock, partitions: int | None, replication: int | None) -> None:
    """Create what is missing and open the log. What exists is never changed; a second run does nothing.

    Address, prefix and the token key come from PROMOSTREAM_* (PROMOSTREAM_BOOTSTRAP_SERVERS, _TOPIC_PREFIX,
    _TOKEN_KEY_FILE). A log that is open under another epoch, clock, size or key is refused (exit code 4).

    \b
    Examples:
      promostream topics create
      promostream topics create --clock source --epoch e2
      promostream topics create --partitions 64 --replication 3
    """
    given = {"partitions": partitions, "replication": replication}
    settings = msgspec.structs.replace(
        read_settings(), **{name: value for name, value in given.items() if value is not None}
    )
    created = create_topics(settings, epoch, clock)
    for name in created:
        click.echo(f"created {name}")
    click.echo(f"topics created: {len(created)}; the log is open (epoch {epoch}, clock {clock})")
    if partitions is not None and partitions != read_settings().partitions:
        click.echo(f"workers need PROMOSTREAM_PARTITIONS={partitions}", err=True)
    _report(settings, check_topics(settings))


@command.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print the differences as JSON.")
def check(as_json: bool) -> None:
    """Compare the broker's topics with the table: one line per difference, with what to do (exit code 3).

    \b
    Examples:
      promostream topics check
      promostream topics check --json
    """
    settings = read_settings()
    differences = check_topics(settings)
    if as_json:
        click.echo(msgspec.json.encode({"differences": differences}))
    elif not differences:
        click.echo("every topic is as it should be")
    _report(settings, differences, quiet=as_json)


@command.command("adopt")
@click.argument("name", type=click.Choice(INPUTS))
def adopt(name: str) -> None:
    """Take the messages of an input topic that was deleted and made again as new ones.

    Intake refuses such a topic: its offsets begin anew, so its messages would look like repeats. Do not adopt one that
    was filled with copies of the old messages: they would count twice.

    \b
    Examples:
      promostream topics adopt clicks
    """
    settings = read_settings()
    adopted = adopt_input(settings, name)
    topic = settings.topic(name)
    click.echo(f"{topic} feeds the log from its beginning" if adopted else f"{topic} feeds the log already")


def _report(settings: Settings, differences: list[Difference], *, quiet: bool = False) -> None:
    for difference in () if quiet else differences:
        click.echo(difference.line)
    if differences:
        problem = f"the topics on {settings.bootstrap_servers} are not as needed ({len(differences)} differences)"
        raise BrokerNotReady(f"{problem}; each line says what to do")


command.add_command(acls.command)
