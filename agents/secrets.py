"""Secrets as types that do not show: whoever prints, formats or logs one sees that it is there, and no more."""

from pathlib import Path

import msgspec

from agents.errors import WrongUse
from agents.wording import reason

UNSEEN = "…"
KEY_BYTES = 32


class Secret(msgspec.Struct, frozen=True):
    """Bytes that never show in a repr, a log or an error."""

    value: bytes

    def __repr__(self) -> str:
        return f"Secret({UNSEEN})"


class Hidden(str):
    """Text that never shows in a repr, a log or an error; ``reveal()`` is the one way to it.

    Made from the text itself. An encoder that meets one refuses it.
    """

    __slots__ = ()

    def reveal(self) -> str:
        """The text."""
        return str.__str__(self)

    def __repr__(self) -> str:
        return f"Hidden({UNSEEN})" if len(self) else "''"

    def __str__(self) -> str:
        return UNSEEN if len(self) else ""

    def __format__(self, wanted: str) -> str:
        return format(str(self), wanted)


def read_text(name: str, text: str, file: str) -> Hidden:
    """A password: the text of the setting ``name``, else the content of the file that ``name``_FILE gives.

    Raises:
        WrongUse: both are given, or the file cannot be read or is empty.

    """
    if text and file:
        raise WrongUse(f"{name} and {name}_FILE are both set; keep the file and unset the other")
    if not file:
        return Hidden(text.reveal() if isinstance(text, Hidden) else text)
    try:
        found = Path(file).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUse(f"{name}_FILE: {file} cannot be read: {reason(error)}; name a file with the password") from error
    if not found:
        raise WrongUse(f"{name}_FILE: {file} is empty; write the password there")
    return Hidden(found)


def read_key(name: str, text: str, file: str) -> Secret:
    """A key: 64 hexadecimal digits of the setting ``name``, else of the file that ``name``_FILE gives.

    Raises:
        WrongUse: it is missing, malformed or unreadable; the line does not show it.

    """
    where = f"{name} or {name}_FILE"
    if not text and file:
        try:
            text = Path(file).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise WrongUse(f"{name}_FILE: {file} cannot be read: {reason(error)}; name a key file") from error
    if not text:
        raise WrongUse(f"missing key: set {where} to 64 hexadecimal digits (`openssl rand -hex 32` makes some)")
    try:
        key = bytes.fromhex(text)
    except ValueError:  # its traceback would hold the text
        raise WrongUse(f"{where} is not hexadecimal; `openssl rand -hex 32` makes a key") from None
    if len(key) != KEY_BYTES:
        raise WrongUse(f"{where} has {len(key)} bytes instead of {KEY_BYTES}; `openssl rand -hex 32` makes a key")
    return Secret(key)
