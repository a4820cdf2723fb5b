"""What ``main`` makes of a command's end: an exit code, and at most one line on standard error."""

from collections.abc import Callable
from pathlib import Path

import click
import pytest

from agents.cli import promostream, run
from agents.errors import DONE, FOUND, INTERNAL, REFUSED, STOPPED, USAGE, CheckFound, Refused


def command(body: Callable[[], object]) -> click.Command:
    """A command that does just this."""
    return click.Command("thing", callback=body)


def raising(error: BaseException) -> click.Command:
    """A command that ends with this error."""

    def body() -> None:
        raise error

    return command(body)


@pytest.mark.parametrize("code", [0, 1, 3])
def test_the_code_that_a_command_exits_with_is_the_process_s(code: int) -> None:
    """Click hands back what ``ctx.exit`` was given instead of raising it."""
    assert run(command(lambda: click.get_current_context().exit(code)), []) == code


@pytest.mark.parametrize("returned", [None, "text", object()])
def test_a_command_that_returns_is_done(returned: object) -> None:
    """Whatever it returns besides an exit code."""
    assert run(command(lambda: returned), []) == DONE


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (CheckFound("2 problems"), FOUND, "2 problems"),
        (Refused("no guess"), REFUSED, "no guess"),
        (KeyboardInterrupt(), STOPPED, "stopped"),
        (click.Abort(), STOPPED, "stopped"),
        (ValueError("what"), INTERNAL, "ValueError: what; this is a bug, please report it"),
        (OSError("what"), INTERNAL, "OSError: what; this is a bug, please report it"),
        (NotADirectoryError(20, "Not a directory", "out/x"), USAGE, "out/x: not a directory"),
    ],
)
def test_an_error_is_one_line_and_its_code(
    error: BaseException, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whether it was foreseen or not."""
    assert run(raising(error), []) == code
    assert capsys.readouterr().err.splitlines()[-1:] == [f"promostream: {said}"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nonsense"], "no such command 'nonsense'; `promostream --help` shows how it is used"),
        (["explain"], "missing argument 'DECISION_ID'; `promostream explain --help` shows how it is used"),
        (["topics", "create", "--clock", "noon"], "invalid value for '--clock': 'noon' is not one of"),
        (["worker"], "missing argument '{intake|decide|learn|coordinate}'. Choose from: intake, decide"),
        (["replay", "x", "--out", __file__], f"invalid value for '--out': Directory '{__file__}' is a file"),
    ],
)
def test_wrong_use_is_one_line(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With the help that answers it."""
    assert run(promostream, arguments) == USAGE
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"promostream: {said}")
    assert line.endswith("--help` shows how it is used")


@pytest.mark.parametrize("arguments", [[], ["topics"], ["campaigns"]])
def test_a_group_alone_shows_its_help(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """It is a question, not a mistake."""
    assert run(promostream, arguments) == USAGE
    assert "Commands:" in capsys.readouterr().err


def test_help_and_version_are_done(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0."""
    assert run(promostream, ["--version"]) == DONE
    assert run(promostream, ["explain", "--help"]) == DONE
    assert "Usage:" in capsys.readouterr().out


def test_a_file_that_cannot_be_written_is_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Named, with the reason."""
    (tmp_path / "file").touch()
    assert run(command((tmp_path / "file" / "x").touch), []) == USAGE
    assert capsys.readouterr().err == f"promostream: {tmp_path}/file/x: not a directory\n"
