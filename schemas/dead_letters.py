"""What could not be taken, with reason, field, position and the original bytes: nothing is lost."""

import msgspec

from schemas.fields import Millis
from schemas.origins import Origin

REASONS: dict[str, str] = {
    "not_json": "the bytes are not JSON",
    "too_large": "the event is over 256 KB",
    "unsupported_format": "a format this version does not read (Avro, Protobuf, an unknown wire prefix)",
    "unknown_type": "the event type is not one of the contract's",
    "missing_field": "a required field is absent",
    "wrong_type": "a field has another type than the contract's",
    "impossible_value": "a field's value cannot be",
    "unknown_token": "a user token that this log's key did not make",
    "unreadable_row": "a row of a history that the mapping cannot read",
    "poison": "the record was taken but folding it failed",
}


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """One message that was refused. ``field`` is a JSON path such as ``price.value``; empty where none is at fault.

    ``reason`` is a key of the table of reasons, ``message`` the sentence for a person. ``key``, ``value`` and the
    headers are the original bytes, base64 in JSON; what was absent is empty. Of a value over 256 KB the first 16 KB
    are kept; then ``size`` (bytes) and ``sha256`` (hexadecimal) are those of the whole, which its origin leads to.
    ``attempts`` counts redrives of this message that were refused as well: origin and attempts name a letter.
    """

    reason: str
    field: str
    message: str
    origin: Origin
    at: Millis
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()
    attempts: int = 0
    size: int = 0
    sha256: str = ""

    @property
    def whole(self) -> bool:
        """Whether every byte of the value is here."""
        return not self.sha256
