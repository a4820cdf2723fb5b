"""Which partition a user belongs to: Kafka's own rule, so that every client agrees (``murmur2_random``)."""

from functools import lru_cache

_M = 0x5BD1E995
_SEED = 0x9747B28C
_MASK = 0xFFFFFFFF


def murmur2(data: bytes) -> int:
    """Austin Appleby's MurmurHash2 as Apache Kafka computes it, as an unsigned 32-bit integer."""
    h = _SEED ^ len(data)
    whole = len(data) & ~3
    for at in range(0, whole, 4):
        k = int.from_bytes(data[at : at + 4], "little") * _M & _MASK
        h = (h * _M & _MASK) ^ ((k ^ (k >> 24)) * _M & _MASK)
    if whole < len(data):
        h = (h ^ int.from_bytes(data[whole:], "little")) * _M & _MASK
    h = (h ^ (h >> 13)) * _M & _MASK
    return h ^ (h >> 15)


@lru_cache(maxsize=100_000)
def partition_of(token: str, partitions: int) -> int:
    """The partition, of ``partitions``, of the records whose key is this text in UTF-8."""
    return (murmur2(token.encode()) & 0x7FFFFFFF) % partitions
