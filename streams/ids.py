"""Identities and chance, both derived by hashing: the same log prefix gives the same ids and the same draws."""

from hashlib import blake2b

_TO_UNIT = 2.0**-53
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

# Copies of a prepared hash cost half of what a new one does.
_ONCE = blake2b(digest_size=16, person=b"once")
_UNIFORM = blake2b(digest_size=8, person=b"uniform")
_SHORT = blake2b(digest_size=8, person=b"short")


def decision_id(epoch: str, partition: int, offset: int, n: int) -> str:
    """The id of the n-th decision of a log record: unique, repeatable, and it leads back to the record."""
    return f"{epoch}-{partition}-{offset}-{n}"


def once_key(user: str, campaign: str, opened_by: str) -> str:
    """32 hexadecimal digits over user token, campaign name and opening event: the same across epochs."""
    state = _ONCE.copy()
    state.update(f"{user}|{campaign}|{opened_by}".encode())
    return state.hexdigest()


def unit_interval(purpose: str, name: str) -> float:
    """A uniform draw in [0, 1) with 53 bits, fixed by what it is for and whom it is about."""
    state = _UNIFORM.copy()
    state.update(f"{purpose}|{name}".encode())
    return (int.from_bytes(state.digest(), "big") >> 11) * _TO_UNIT


def short_digest(text: str) -> bytes:
    """64 bits of a text, for sets of recent ids where a clash in 10^12 does no harm."""
    state = _SHORT.copy()
    state.update(text.encode())
    return state.digest()


def short_hash(text: str) -> int:
    """63 bits of a text as a number, where a set of them is kept as numbers."""
    return int.from_bytes(short_digest(text), "big") >> 1


def coupon_code(key: bytes, decision: str) -> str:
    """A code of 50 keyed bits in Crockford's base 32, unguessable without the key: ``K7Q4-M2XD-9F``."""
    bits = int.from_bytes(blake2b(decision.encode(), key=key, digest_size=8, person=b"coupon").digest(), "big")
    text = "".join(_CROCKFORD[(bits >> shift) & 31] for shift in range(0, 50, 5))
    return f"{text[:4]}-{text[4:8]}-{text[8:]}"
