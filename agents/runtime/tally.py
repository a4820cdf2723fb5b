"""What happened in a partition, for metrics and tests: plain numbers that only grow unless they say otherwise."""

from dataclasses import dataclass


@dataclass(slots=True)
class Tally:
    """Numbers of one partition since it opened.

    ``durable`` is the offset that the last durable checkpoint contains and ``durable_at`` when it was cut (ms);
    ``checkpoint_seconds`` and ``checkpoint_entries`` are those of the last checkpoint.
    """

    folded_records: int = 0
    refolded_records: int = 0
    ticks: int = 0
    gaps: int = 0
    stale_batches: int = 0
    checkpoints: int = 0
    checkpoint_failures: int = 0
    checkpoint_seconds: float = 0.0
    checkpoint_entries: int = 0
    durable: int = -1
    durable_at: int = 0
