"""What a fold was told, as it stands in the head of its checkpoints."""

from hashlib import blake2b

import msgspec


def described(told: msgspec.Struct) -> dict[str, str]:
    """Every field as text; of a key only what tells it from another."""
    fields = msgspec.structs.asdict(told)
    return {name: _text(value) for name, value in fields.items()}


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return "key " + blake2b(value, digest_size=8, person=b"fingerprint").hexdigest()
    return msgspec.json.encode(value, order="deterministic").decode()
