"""A dead letter as a message: key and headers say where it came from without opening it."""

from hashlib import sha256

from msgspec import structs

from schemas.codec import encode_json
from schemas.dead_letters import DeadLetter
from schemas.topics import DEAD_LETTERS
from streams.folding import Output
from streams.intake.validation import MAX_BYTES

KEPT = 16 * 1024
"""Bytes kept of a value over 256 KB, of a key and of all headers."""

Headers = tuple[tuple[str, bytes], ...]


def dead_letter_output(letter: DeadLetter) -> Output:
    """The message for ``dead-letters``; of what is too large the beginning, with what finds the whole."""
    origin = letter.origin.text
    name = f"{origin}/{letter.attempts}" if letter.attempts else origin
    headers = (
        ("origin", origin.encode()),
        ("ce_specversion", b"1.0"),
        ("ce_id", name.encode()),
        ("ce_type", b"promostream.dead_letter"),
        ("ce_source", b"promostream/intake"),
        ("reason", letter.reason.encode()),
    )
    return Output(DEAD_LETTERS, origin.encode(), encode_json(_shortened(letter)), headers)


def _shortened(letter: DeadLetter) -> DeadLetter:
    value, headers = letter.value, _first_headers(letter.headers)
    if len(value) > MAX_BYTES:
        letter = structs.replace(
            letter,
            message=f"{letter.message}; the first {KEPT} bytes are kept here, all of them at its origin",
            value=value[:KEPT],
            size=len(value),
            sha256=sha256(value).hexdigest(),
        )
    if len(letter.key) > KEPT:
        letter = structs.replace(letter, message=f"{letter.message}; its key is cut", key=letter.key[:KEPT])
    if len(headers) < len(letter.headers):
        left_out = len(letter.headers) - len(headers)
        message = f"{letter.message}; {left_out} of its headers are left out"
        letter = structs.replace(letter, message=message, headers=headers)
    return letter


def _first_headers(headers: Headers) -> Headers:
    """The headers that fit into ``KEPT`` bytes, from the first one on."""
    size = 0
    for number, (name, value) in enumerate(headers):
        size += len(name) + len(value)
        if size > KEPT:
            return headers[:number]
    return headers
