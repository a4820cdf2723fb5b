"""What goes into intake and what comes out, and what it must be told."""

from typing import Literal, NamedTuple

import msgspec

Clock = Literal["arrival", "source"]


class SourceRecord(NamedTuple):
    """One message of an input topic; ``timestamp`` is the broker's, in ms."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


class IntakeOutput(NamedTuple):
    """One message to write; ``partition`` None leaves the choice to the producer's partitioner."""

    topic: str
    partition: int | None
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


class IntakeSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What the log's first record says, and the token key (32 bytes).

    ``watermark_interval`` in ms of the log's clock (None: 1 s by arrival, 60 s by source); ``settle`` is the time
    (ms, wall) that a partition must have been drained before it stops holding back the merge. ``dead_letter_rate``
    is a bound per second and input partition, over which that partition is paused. ``sources`` names topics in
    origins where they have another name there: a topic that was made again counts its offsets anew.
    """

    token_key: bytes
    partitions: int
    clock: Clock = "arrival"
    epoch: str = ""
    watermark_interval: int | None = None
    settle: int = 3_000
    sources: dict[str, str] = {}
    dead_letter_rate: int = 100
