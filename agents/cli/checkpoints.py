"""``promostream checkpoints``: what the roles keep of their logs, and how to be rid of what no program reads."""

import sys
from collections.abc import Iterable
from datetime import UTC, datetime

import click
import msgspec

from agents.admin import require_topics
from agents.cli.progress import progress_bar
from agents.errors import CheckFound, Refused
from agents.kept_checkpoints import FOLDS, Kept, delete, require_rest, survey
from agents.rights import KEPT, using
from agents.settings import Settings, read_settings

ROLES = click.Choice(list(FOLDS))


@click.group("checkpoints")
def command() -> None:
    """List the checkpoints of the roles, or delete those that no program at hand can read."""


@command.command("list")
@click.option("--role", "roles", multiple=True, type=ROLES, help="Only of this role [default: all].")
@click.option("--json", "as_json", is_flag=True, help="Print them as JSON.")
def list_them(roles: tuple[str, ...], *, as_json: bool) -> None:
    """Tell of every partition how far its checkpoint goes and whether this program reads it (exit code 1 if not).

    It needs the rights of the role whose checkpoints they are.

    \b
    Examples:
      promostream checkpoints list
      promostream checkpoints list --role decide --json
    """
    settings = read_settings()
    found = [kept for role in roles or tuple(FOLDS) for kept in _survey(settings, role, writes=False)]
    if as_json:
        click.echo(msgspec.json.encode(found))
    else:
        click.echo("\n".join(in_words(found)) if found else "there are no checkpoints yet")
    unreadable = [kept for kept in found if kept.unreadable]
    if unreadable:
        raise CheckFound(f"{len(unreadable)} of {len(found)} checkpoints cannot be read by this program")


@command.command("delete")
@click.option("--role", type=ROLES, required=True, help="Whose checkpoints.")
@click.option("--log", help="Only those of this log, such as fraud-samples [default: every log of the role].")
@click.option("--partition", "partitions", multiple=True, type=click.IntRange(0), help="Only of this partition.")
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete_them(role: str, log: str | None, partitions: tuple[int, ...], *, dry_run: bool, yes: bool) -> None:
    """Delete checkpoints, so that the role folds its logs anew from their beginning.

    Says what would happen and asks; nothing is deleted without a yes at the terminal or --yes. All workers of the
    role must be stopped. What the log no longer holds is lost for good, so a checkpoint of user-log whose beginning
    retention has removed is never deleted: customers, their consent and limits would be gone with it (exit code 4).

    \b
    Examples:
      promostream checkpoints delete --role learn --log fraud-samples --dry-run
      promostream checkpoints delete --role decide --yes
    """
    settings = read_settings()
    found = [
        kept
        for kept in _survey(settings, role, writes=True)
        if log in {None, kept.log} and (not partitions or kept.partition in partitions)
    ]
    if not found:
        raise CheckFound(f"there is no such checkpoint of {role}; `promostream checkpoints list` shows what there is")
    click.echo("\n".join(in_words(found)))
    needed = [kept.needed for kept in found if kept.needed]
    if needed:
        remedy = "run the program that wrote it, or begin a new log under a new PROMOSTREAM_TOPIC_PREFIX"
        raise Refused(f"{needed[0]}; {remedy}")
    require_rest(settings, role)
    if _agreed(found, dry_run=dry_run, yes=yes):
        entries = sum(delete(settings, kept) for kept in found)
        click.echo(f"deleted {len(found)} checkpoints with {entries:,} entries; {role} begins anew when it is started")


def in_words(found: Iterable[Kept]) -> list[str]:
    """A line for each, and what is wrong with it."""
    lines = list[str]()
    for kept in found:
        when = datetime.fromtimestamp(kept.written_at / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
        lines.append(
            f"{kept.role} {kept.log}/{kept.partition}: {kept.entries:,} entries, {kept.bytes / 1000:,.0f} KB, "
            f"up to offset {kept.applied} of {kept.log_begins} to {kept.log_ends}"
            + (f", written {when}" if kept.written_at else "")
        )
        lines += [f"  unreadable: {kept.unreadable}"] if kept.unreadable else []
        lines += [f"  cannot be deleted: {kept.needed}"] if kept.needed else []
    return lines


def _survey(settings: Settings, role: str, *, writes: bool) -> list[Kept]:
    own = (KEPT[role],)
    require_topics(settings, (*own, *FOLDS[role]), using((*own, *FOLDS[role]), own if writes else ()))
    found = list[Kept]()
    with progress_bar(f"reading checkpoints of {role}") as advance:
        for kept in survey(settings, role):
            found.append(kept)
            advance(1)
    return found


def _agreed(found: list[Kept], *, dry_run: bool, yes: bool) -> bool:
    """Whether to go on; says what it costs, and asks where there is somebody to ask."""
    records = sum(kept.log_ends - kept.log_begins for kept in found)
    click.echo(f"{len(found)} would be deleted, and {records:,} records folded again")
    lost = [kept for kept in found if kept.log_begins > 0]
    if lost:
        click.echo(f"WARNING: what {len(lost)} of them know from before the log's beginning would be lost for good")
    if dry_run:
        return False
    if yes or (sys.stdin.isatty() and click.confirm("delete them?", err=True)):
        return True
    click.echo("nothing was deleted; --yes deletes without asking")
    return False
