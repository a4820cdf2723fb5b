"""``promostream topics acls``: least rights on the broker, printed or granted."""

import click

from agents.acls import apply, principals, script
from agents.admin import connect
from agents.errors import WrongUse
from agents.rights import RIGHTS
from agents.settings import read_settings


@click.command("acls")
@click.option("--apply", "granting", is_flag=True, help="Grant them now, as the broker's administrator.")
@click.option("--print", "printing", is_flag=True, help="Print a script that grants them (the default).")
@click.option("--for", "wanted", type=click.Choice(list(RIGHTS)), multiple=True, help="Only for these.")
@click.option(
    "--principal",
    "given",
    multiple=True,
    metavar="WHO=PRINCIPAL",
    help="What somebody is called on the broker [default: User:promostream-WHO].",
)
def command(granting: bool, printing: bool, wanted: tuple[str, ...], given: tuple[str, ...]) -> None:
    """Who needs which rights on the broker: the four roles, operators, the shop's platform, the delivery service.

    Without --apply a shell script for Kafka's kafka-acls.sh is printed; deploy/acls.sh is that of the defaults.
    Topics, groups and transactional ids carry the prefix of PROMOSTREAM_TOPIC_PREFIX. What is granted already, or
    granted besides, stays.

    \b
    Examples:
      promostream topics acls > acls.sh
      promostream topics acls --for decide --principal "decide=User:CN=decide,O=Shop"
      PROMOSTREAM_SASL_USERNAME=admin promostream topics acls --apply
    """
    if granting and printing:
        raise WrongUse("--apply and --print exclude each other; print first if you want to read it")
    names = principals(_pairs(given))
    chosen = {who: name for who, name in names.items() if not wanted or who in wanted}
    settings = read_settings()
    if not granting:
        click.echo(script(settings, chosen), nl=False)
        return
    client, _ = connect(settings)
    granted = apply(client, settings, chosen)
    for line in granted:
        click.echo(line)
    click.echo(f"rights granted: {len(granted)}; principals that have all they need: {len(chosen)}")


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    pairs = dict(pair.partition("=")[::2] for pair in given)
    for who, name in pairs.items():
        if who not in RIGHTS or not name.startswith("User:"):
            problem = f"--principal {who}={name}: write WHO=User:NAME"
            raise WrongUse(f"{problem}, where WHO is one of {', '.join(RIGHTS)}")
    return pairs
