"""A history's bytes: gz is recognised by its first bytes, whatever the file is called."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import IO, cast

from agents.errors import WrongUse
from agents.wording import reason

_GZIP = b"\x1f\x8b"
_CHUNK = 1 << 20


def digest(path: str) -> str:
    """16 hexadecimal digits over the file's bytes as they lie on the disk."""
    hashed = blake2b(digest_size=8)
    with _readable(path), Path(path).open("rb") as file:
        while chunk := file.read(_CHUNK):
            hashed.update(chunk)
    return hashed.hexdigest()


@contextmanager
def content(path: str) -> Iterator[IO[bytes]]:
    """The file's bytes, unpacked.

    Raises:
        WrongUse: it cannot be read, or its packing is broken.

    """
    with _readable(path), Path(path).open("rb") as file:
        packed = file.read(2) == _GZIP
        file.seek(0)
        with gzip.GzipFile(fileobj=file) if packed else file as unpacked:
            yield cast("IO[bytes]", unpacked)


@contextmanager
def _readable(path: str) -> Iterator[None]:
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise WrongUse(f"{path}: the gz file is cut off or damaged ({error}); fetch it again") from error
    except OSError as error:
        raise WrongUse(f"{path}: {reason(error)}; name a file that can be read") from error
