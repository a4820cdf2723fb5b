"""Dead letters that are to be taken again: a topic of one partition, which gives each a position of its own."""

import msgspec

from schemas.origins import Origin


class Redrive(msgspec.Struct, frozen=True, array_like=True):
    """One dead letter on its way back to ``intake``; ``origin`` is where its message came from.

    ``attempt`` is 1 for the first redrive of a message, 2 for that of the letter which the first one ended in: the
    pair (origin, attempt) stands on the topic once. Key, value and headers are the message's own bytes.
    """

    origin: Origin
    attempt: int
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()
