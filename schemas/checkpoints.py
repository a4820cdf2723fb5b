"""What stands on ``checkpoints``: a cache of the log that only the runtime which wrote it reads back."""

import msgspec


class CheckpointEntry(msgspec.Struct, frozen=True, array_like=True):
    r"""One key and value of a checkpoint; an empty value deletes the key (on the broker: a tombstone).

    The key is ``<role>|<log topic>|`` and the fold's own key; the partition's head stands under the fold key
    ``\0head``. The value is opaque: its version and layout are the fold's, no other program may rely on them, and
    deleting the topic costs a refold of the log, never data.
    """

    key: bytes
    value: bytes
