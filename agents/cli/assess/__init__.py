"""``promostream assess``: how good the models are on a table of one's own. A file per question."""

import click

from agents.cli.assess import response


@click.group("assess")
def command() -> None:
    """How good the models are on a table of your own; no broker is needed.

    \b
    Examples:
      promostream assess response visits.csv.gz --label bought --time at --delay 24h
      promostream assess response leads.parquet --label won --ignore lead_id --json figures.json
    """


command.add_command(response.command)
