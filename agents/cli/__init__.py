"""The command line: a file per command, loaded when it is called."""

import importlib
import sys

import click

from agents.errors import INTERNAL, Failure

COMMANDS = {
    "demo": "agents.cli.demo",
    "worker": "agents.cli.worker",
    "topics": "agents.cli.topics",
    "publish": "agents.cli.publish",
    "replay": "agents.cli.replay",
    "campaigns": "agents.cli.campaigns",
    "features": "agents.cli.features",
    "simulate": "agents.cli.simulate",
    "explain": "agents.cli.explain",
    "schemas": "agents.cli.schemas",
}


class LazyGroup(click.Group):
    """A group whose commands are modules with a click command named ``command``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order of the table."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[cmd_name]).command
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="promostream")
def promostream() -> None:
    """Promostream: which offer, how deep, on which channel, or none; decided in real time on Kafka.

    \b
    Exit codes: 0 done, 1 the check found something, 2 wrong use,
    3 broker or topic not as needed, 4 refused to guess, 70 stopped from within.

    \b
    Examples:
      promostream demo --seconds 90
      promostream replay history.csv.gz --mapping mapping.toml --campaigns campaigns/ --out out/
      promostream explain e7-12-904412-0 --from out/
    """


def main() -> None:
    """Run the command line; a failure is one line on standard error and its exit code."""
    try:
        promostream(standalone_mode=False)
    except Failure as failure:
        click.echo(f"promostream: {failure}", err=True)
        sys.exit(failure.exit_code)
    except click.exceptions.Exit as ended:
        sys.exit(ended.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("promostream: stopped", err=True)
        sys.exit(130)
    except Exception as error:  # noqa: BLE001 - the last line of defence says what happened in one line
        click.echo(f"promostream: {type(error).__name__}: {error}; this is a bug, please report it", err=True)
        sys.exit(INTERNAL)
