"""The command line: a file per command, loaded when it is called."""

import importlib
import sys
from collections.abc import Sequence

import click

from agents.errors import DONE, INTERNAL, STOPPED, USAGE, Failure
from agents.wording import reason

COMMANDS = {
    "demo": "agents.cli.demo",
    "worker": "agents.cli.worker",
    "topics": "agents.cli.topics",
    "validate": "agents.cli.validate",
    "checkpoints": "agents.cli.checkpoints",
    "publish": "agents.cli.publish",
    "redrive": "agents.cli.redrive",
    "replay": "agents.cli.replay",
    "campaigns": "agents.cli.campaigns",
    "catalogue": "agents.cli.catalogue",
    "features": "agents.cli.features",
    "segments": "agents.cli.segments",
    "recommend": "agents.cli.recommend",
    "alerts": "agents.cli.alerts",
    "forecast": "agents.cli.forecast",
    "simulate": "agents.cli.simulate",
    "explain": "agents.cli.explain",
    "assess": "agents.cli.assess",
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
    """The command ``promostream``."""
    sys.exit(run(promostream))


def run(command: click.Command, arguments: Sequence[str] | None = None) -> int:
    """Run a command, by default with this process's arguments; its exit code.

    Whatever goes wrong is one line on standard error.
    """
    try:
        # so called, what ``ctx.exit`` is given is returned, not raised
        ended = command.main(arguments, prog_name=command.name, standalone_mode=False)
    except Failure as failure:
        return _told(str(failure), failure.exit_code)
    except click.ClickException as error:
        return _misused(error)
    except (click.Abort, KeyboardInterrupt):
        return _told("stopped", STOPPED)
    except Exception as error:  # noqa: BLE001 - the last line of defence says what happened in one line
        return _unforeseen(error)
    return ended if isinstance(ended, int) else DONE


def _told(line: str, code: int) -> int:
    click.echo(f"promostream: {line}", err=True)
    return code


def _misused(error: click.ClickException) -> int:
    """One line with the help that answers it; a group called without a command shows its help."""
    if error.message.startswith("Usage:"):
        error.show()
        return error.exit_code
    said = " ".join(error.format_message().split()).rstrip(".")
    where = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "promostream"
    return _told(f"{said[:1].lower()}{said[1:]}; `{where} --help` shows how it is used", error.exit_code)


def _unforeseen(error: Exception) -> int:
    """A file that cannot be read or written is the user's affair, all else is ours."""
    if isinstance(error, OSError) and error.filename is not None:
        return _told(f"{error.filename}: {reason(error)}", USAGE)
    return _told(f"{type(error).__name__}: {error}; this is a bug, please report it", INTERNAL)
