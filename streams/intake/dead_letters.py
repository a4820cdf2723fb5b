"""A dead letter as a message: key and headers say where it came from without opening it."""

from msgspec import structs

from schemas.codec import encode_json
from schemas.dead_letters import DeadLetter
from schemas.topics import DEAD_LETTERS
from streams.folding import Output
from streams.intake.validation import MAX_BYTES

MAX_KEY = 16 * 1024
"""Longer keys are cut and more bytes of headers left out."""


def dead_letter_output(letter: DeadLetter) -> Output:
    """The message for ``dead-letters``; of a value over 256 KB the beginning, so that the broker takes it."""
    name = letter.origin.text.encode()
    headers = (
        ("origin", name),
        ("ce_specversion", b"1.0"),
        ("ce_id", name),
        ("ce_type", b"promostream.dead_letter"),
        ("ce_source", b"promostream/intake"),
        ("reason", letter.reason.encode()),
    )
    return Output(DEAD_LETTERS, name, encode_json(_shortened(letter)), headers)


def _shortened(letter: DeadLetter) -> DeadLetter:
    headers = letter.headers if sum(len(value) for _, value in letter.headers) <= MAX_KEY else ()
    if len(letter.value) <= MAX_BYTES and len(letter.key) <= MAX_KEY and headers is letter.headers:
        return letter
    message = f"{letter.message}; its beginning is kept here"
    key, value = letter.key[:MAX_KEY], letter.value[:MAX_BYTES]
    return structs.replace(letter, message=message, key=key, value=value, headers=headers)
