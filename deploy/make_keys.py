"""``python deploy/make_keys.py DIRECTORY``: make the key files that are missing; those that exist are never touched.

The token key belongs to the log for good: with another one, customers' tokens would change and every role refuses.
"""

import os
import secrets
import sys
from pathlib import Path

NAMES = ("token.key", "coupon.key")


def make_keys(folder: Path) -> list[str]:
    """Make each missing key (64 hexadecimal digits, readable by its owner only); the names of those made."""
    folder.mkdir(parents=True, exist_ok=True)
    made = [name for name in NAMES if not (folder / name).exists()]
    for name in made:
        descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
    return made


if __name__ == "__main__":
    if len(sys.argv) != 2:  # noqa: PLR2004 - the program and its one argument
        sys.exit("usage: python deploy/make_keys.py DIRECTORY")
    print("made", ", ".join(make_keys(Path(sys.argv[1]))) or "nothing: every key is there")
