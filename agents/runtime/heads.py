"""The head of a checkpoint: which log it belongs to, how far it goes, and when the runtime refuses to go on from it."""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from schemas.codec import encode_msgpack
from streams.folding import Refusal

FORMAT = 2
"""Version of the layout on ``checkpoints``; a larger one is refused. Before 2 a head knew nothing of settings."""

NEW_LOG = "set PROMOSTREAM_TOPIC_PREFIX to a new prefix and run `promostream topics create` to begin a new log"


class Head(msgspec.Struct, frozen=True, array_like=True):
    """What a checkpoint knows beside its entries.

    ``positions``: per public output topic, the offset after the last output up to ``applied``. ``written_at`` in ms.
    ``fold`` is the fold's own head. ``settings``: what of the settings its decisions depend on, as text. ``ended``:
    its owner folded nothing after it and left; whoever opens the partition takes that back before folding.
    """

    format: int
    topic_id: str
    applied: int
    positions: dict[str, int]
    written_at: int
    fold: bytes
    settings: dict[str, str] = {}
    ended: bool = False


class LogFacts(NamedTuple):
    """A log partition as the broker has it: its topic's id, its first offset, and the offset after its last."""

    topic_id: str
    low: int
    end: int


def encode_head(head: Head) -> bytes:
    """The head's bytes on ``checkpoints``."""
    return encode_msgpack(head)


def decode_head(data: bytes) -> Head:
    """The head from its bytes.

    Raises:
        Refusal: written by a newer version, or not a head at all.

    """
    try:
        parts = msgspec.msgpack.decode(data)
        version = parts[0]
        if isinstance(version, int) and version > FORMAT:
            raise Refusal(
                f"the checkpoint has format {version} and this version reads up to {FORMAT}",
                "start the version that wrote it, or a newer one",
            )
        return msgspec.convert(parts, Head)
    except (msgspec.MsgspecError, IndexError, KeyError, TypeError, UnicodeDecodeError, RecursionError) as error:
        raise Refusal(f"the checkpoint's head is unreadable ({error})", NEW_LOG) from error


def check_log(name: str, head: Head | None, log: LogFacts, *, whole: bool) -> None:
    """Whether the log can be folded on from ``head``; ``whole`` logs must be there from offset 0 without one.

    Raises:
        Refusal: another topic, or records that the state lacks (or already contains) are gone.

    """
    if head is None:
        if whole and log.low > 0:
            raise Refusal(f"{name} begins at offset {log.low} and there is no checkpoint of what came before", NEW_LOG)
        return
    if head.topic_id != log.topic_id:
        raise Refusal(f"{name} is another topic than the one of the checkpoint (deleted and made again?)", NEW_LOG)
    if head.applied + 1 < log.low:
        gone = f"offsets {head.applied + 1} to {log.low - 1} of {name} are gone: retention passed the checkpoint"
        raise Refusal(gone, NEW_LOG)
    if head.applied >= log.end:
        raise Refusal(
            f"{name} ends at {log.end}, but the checkpoint contains offset {head.applied}: data lost", NEW_LOG
        )


def check_settings(name: str, head: Head | None, settings: Mapping[str, str], log: LogFacts) -> None:
    """Whether folding may go on from ``head`` with these settings.

    Other settings hold from a checkpoint on that nothing was folded after: what was would be folded again with them,
    and come out otherwise than it stands there.

    Raises:
        Refusal: the settings differ, and the last owner did not leave in order.

    """
    if head is None or not head.settings or head.ended or head.applied + 1 >= log.end:
        return
    different = [f"{key}={then}" for key, then in head.settings.items() if settings.get(key, then) != then]
    if different:
        raise Refusal(
            f"{name} was folded beyond its checkpoint with other settings ({', '.join(different)})",
            "start all workers of this role with those once and stop them with SIGTERM; then change the settings",
        )
