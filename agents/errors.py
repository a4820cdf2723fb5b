"""Errors that reach a person: one line that says what to do next, with a documented exit code."""

DONE = 0
FOUND = 1
USAGE = 2
BROKER = 3
REFUSED = 4
INTERNAL = 70
STOPPED = 130


class Failure(Exception):  # noqa: N818 - it is what a command ends with, not a Python mistake
    """A command cannot go on. ``exit_code`` is one of this module's; the message is the one line shown."""

    exit_code = INTERNAL

    def __init__(self, message: str, exit_code: int | None = None) -> None:
        super().__init__(message)
        if exit_code is not None:
            self.exit_code = exit_code


class CheckFound(Failure):
    """The check ran and found something: exit code 1."""

    exit_code = FOUND


class WrongUse(Failure):
    """A wrong argument, setting, mapping or campaign file: exit code 2."""

    exit_code = USAGE


class BrokerNotReady(Failure):
    """The broker or a topic is not as needed: exit code 3."""

    exit_code = BROKER


class Refused(Failure):
    """The command refused to guess: exit code 4."""

    exit_code = REFUSED
