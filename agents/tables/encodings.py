"""How a file of text is written: its encoding, and the sign between its fields."""

import codecs
from typing import IO

from agents.errors import WrongUse

HEAD, CHUNK = 65_536, 1 << 20
UTF_8, LATIN_1 = "utf8", "latin-1"
_WIDE = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def encoding(file: IO[bytes], name: str) -> str:
    """UTF-16 where the file's first bytes say so, else UTF-8, or Latin-1 where it is not; the file is at its beginning.

    Raises:
        WrongUse: it holds bytes that no text has.

    """
    head = file.read(HEAD)
    wide = _WIDE.get(head[:2])
    if wide is None and b"\0" in head:
        raise WrongUse(f"{name}: this is no text; name a file of CSV with a header, JSON lines or Parquet")
    file.seek(0)
    found = wide or (UTF_8 if _is_utf_8(file) else LATIN_1)
    file.seek(0)
    return found


def delimiter(file: IO[bytes], written: str) -> str:
    """The sign that stands most often in the header: comma, semicolon, tab or bar; the file is at its beginning."""
    lines = file.read(HEAD).decode(written, errors="replace").splitlines()
    file.seek(0)
    return max(",;\t|", key=(lines[0] if lines else "").count)


def _is_utf_8(file: IO[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := file.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
