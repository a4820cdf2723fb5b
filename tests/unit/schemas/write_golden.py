"""Write the golden files of the present contract version: ``python tests/unit/schemas/write_golden.py [--again]``.

Once a version is released its folder is frozen; ``--again`` is for a version that nobody has yet.
"""

import sys
from pathlib import Path

from schemas.codec import encode_json, encode_msgpack
from schemas.examples import EXAMPLES
from schemas.export import VERSION, public_messages

GOLDEN = Path(__file__).parent / "golden"


def write(folder: Path) -> int:
    """One file per example; the number written."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, message in EXAMPLES.items():
        if name.partition(".")[0] in public_messages():
            (folder / f"{name}.json").write_bytes(encode_json(message))
        else:
            (folder / f"{name}.bin").write_bytes(encode_msgpack(message))
    return len(EXAMPLES)


if __name__ == "__main__":
    target = GOLDEN / VERSION
    if target.exists() and "--again" not in sys.argv:
        sys.exit(f"{target} exists and a released version is frozen; raise the version, or --again before its release")
    sys.stdout.write(f"{write(target)} files in {target}\n")
