"""``promostream worker``: one role as a process."""

import click
import msgspec

from agents.app import ROLES
from agents.logs import set_up_logs
from agents.settings import PREFIX, Settings, read_settings
from agents.worker import run


def _listed() -> str:
    fields = msgspec.structs.fields(Settings)
    return "\n".join(f"  {PREFIX}{field.name.upper()}={field.default}" for field in fields)


HELP = f"""Run one role until SIGTERM or Ctrl-C: finish, checkpoint, leave.

ROLE is intake (input topics to the log), decide (the log to triggers), learn (closed decisions to models) or
coordinate (closed decisions to results). Start as many processes of a role as you like: they share its partitions.
Topics are made by `promostream topics create`.

\b
Settings come from the environment, else from a TOML file (small letters, no prefix), else are:
{_listed()}

\b
Examples:
  promostream worker intake
  promostream worker decide --config promostream.toml --metrics-port 9101
  PROMOSTREAM_STATIC_MEMBERSHIP=decide-1 promostream worker decide
"""


@click.command("worker", help=HELP)
@click.argument("role", type=click.Choice(list(ROLES)))
@click.option("--config", type=click.Path(dir_okay=False), help="TOML file of settings.")
@click.option("--metrics-port", type=click.IntRange(0, 65535), help="Port of /metrics, /healthz, /readyz; 0 is any.")
@click.option("--log-level", type=click.Choice(["DEBUG", "INFO", "WARNING", "ERROR"]), help="Of our own log lines.")
def command(role: str, config: str | None, metrics_port: int | None, log_level: str | None) -> None:
    """See ``HELP``."""
    settings = read_settings(file=config)
    given = {"metrics_port": metrics_port, "log_level": log_level}
    settings = msgspec.structs.replace(settings, **{name: value for name, value in given.items() if value is not None})
    set_up_logs(settings.log_level)
    run(settings, role)
