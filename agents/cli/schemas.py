"""``promostream schemas``: show the contract, write it as files, or check that the files are current."""

from pathlib import Path

import click

from agents.errors import CheckFound, WrongUse
from schemas.export import texts

FOLDER = "schemas/generated"


@click.command(name="schemas")
@click.argument("name", required=False)
@click.option("--write", metavar="DIR", help="Write every file of the contract below DIR.")
@click.option(
    "--check", metavar="DIR", is_flag=False, flag_value=FOLDER, help=f"Compare with the files in DIR [{FOLDER}]."
)
def command(name: str | None, write: str | None, check: str | None) -> None:
    r"""Show the messages and topics: JSON Schemas, examples and an AsyncAPI 3 document.

    NAME is one of the contract's files, with or without its ending; without NAME the overview is shown.

    \b
    Examples:
      promostream schemas
      promostream schemas Trigger
      promostream schemas examples/Trigger.json
      promostream schemas --write contract/
      promostream schemas --check
    """
    files = texts()
    if write:
        written = write_files(files, Path(write))
        click.echo(f"{written} of {len(files)} files written to {write}")
    elif check:
        differing = differences(files, Path(check))
        if differing:
            shown = ", ".join(differing[:3]) + (" and others" if len(differing) > 3 else "")  # noqa: PLR2004 - a line
            raise CheckFound(
                f"{len(differing)} files in {check} are not current ({shown}); `promostream schemas --write {check}`"
            )
        click.echo(f"{len(files)} files in {check} are current")
    else:
        click.echo(_content(files, name or "README.md"), nl=False)


def write_files(files: dict[str, str], folder: Path) -> int:
    """Write those files that differ; the number written."""
    changed = differences(files, folder)
    for path in changed:
        target = folder / path
        if path not in files:
            target.unlink()
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(files[path], encoding="utf-8")
    return len(changed)


def differences(files: dict[str, str], folder: Path) -> list[str]:
    """Paths that are missing, differ, or are generated files (JSON) that the contract no longer has."""
    wrong = [path for path, text in files.items() if not _is(folder / path, text)]
    for kind in ("*.schema.json", "examples/*.json"):
        wrong += [found for p in folder.glob(kind) if (found := p.relative_to(folder).as_posix()) not in files]
    return sorted(wrong)


def _is(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


def _content(files: dict[str, str], name: str) -> str:
    for path in (name, f"{name}.schema.json", f"{name}.json", f"examples/{name}.json"):
        if path in files:
            return files[path]
    messages = ", ".join(p.removesuffix(".schema.json") for p in files if p.endswith(".schema.json"))
    raise WrongUse(f"no message or file {name!r} in the contract; there are {messages}")
