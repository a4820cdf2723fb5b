"""``promostream assess``: how good the models are on a table of one's own. A file per question."""

import click

from agents.cli.assess import amount, fraud, policy, recommend, response, uplift


@click.group("assess")
def command() -> None:
    """How good the models are on a table of your own; no broker is needed.

    \b
    Examples:
      promostream assess response visits.csv.gz --label bought --time at --delay 24h
      promostream assess amount orders.parquet --label margin
      promostream assess uplift mail.csv --treatment sent --outcome visit
      promostream assess fraud orders.csv --label charged_back
      promostream assess recommend views.csv --user customer --item sku --time at
      promostream assess policy log.csv --action offer --reward margin --propensity p --target uniform
    """


for question in (response, amount, uplift, fraud, recommend, policy):
    command.add_command(question.command)
