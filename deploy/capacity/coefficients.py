"""What one event and one user cost, as measured; made of a file that ``scripts/bench --curves --json FILE`` writes."""

from pathlib import Path
from typing import Any

import msgspec

KEPT = Path(__file__).parent / "coefficients.json"


class NotMeasured(Exception):  # noqa: N818 - one line for a person
    """A file that should hold measurements does not; the message says what to do."""


class Coefficients(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Costs on ``machine``. CPU in µs of one core, sizes in bytes before compression, times in seconds."""

    machine: str
    decide_us_per_event: float
    refold_us_per_event: float
    intake_us_per_event: float
    memory_bytes_per_user: float
    worker_bytes: float
    checkpoint_bytes_per_user: float
    input_bytes_per_event: float
    log_bytes_per_event: float
    output_bytes_per_event: float
    opening_us_per_user: float
    fence_seconds: float
    start_seconds: float


def from_bench(data: bytes) -> Coefficients:
    """Coefficients from a bench file.

    Raises:
        NotMeasured: it is not one, or some figure is missing.

    """
    try:
        bench: dict[str, Any] = msgspec.json.decode(data, type=dict[str, Any])
        found: dict[str, float] = bench["figures"]
        taken = {name: found[name] for name in Coefficients.__struct_fields__ if name in found}
        return Coefficients(
            machine=bench["machine"],
            worker_bytes=found["idle_decide_bytes"],
            **taken,
        )
    except (msgspec.MsgspecError, KeyError, TypeError) as error:
        raise NotMeasured(
            f"not a file of curves ({error}): make one with `scripts/bench --curves --json FILE`"
        ) from error


def read(file: Path = KEPT) -> Coefficients:
    """Coefficients as kept.

    Raises:
        NotMeasured: the file cannot be read.

    """
    try:
        return msgspec.json.decode(file.read_bytes(), type=Coefficients)
    except (OSError, msgspec.MsgspecError) as error:
        raise NotMeasured(
            f"{file.name}: {error}; `python -m deploy.capacity --learn BENCH_FILE` makes it again"
        ) from error


def write(coefficients: Coefficients, file: Path = KEPT) -> None:
    """Keep coefficients."""
    file.write_bytes(msgspec.json.format(msgspec.json.encode(coefficients), indent=2) + b"\n")
