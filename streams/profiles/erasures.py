"""Who was erased of late: what is still on its way about them must not begin a profile anew."""

from streams.ids import short_hash
from streams.profiles.user import keep_newest

MOST_ERASED = 1024
"""Per partition; 8 bytes and a time each, so that nobody can be found by them."""

ERASED_FOR = 14 * 86_400_000
"""As long (ms) an erasure is to be remembered: what was on its way is in no log any more."""

Erased = dict[int, int]
"""When (ms, as the request says) by the hash of the token."""


def note(erased: Erased, token: str, at: int) -> None:
    """A customer asked at ``at`` (ms) to be forgotten."""
    key = short_hash(token)
    erased[key] = max(at, erased.pop(key, at))
    keep_newest(erased, MOST_ERASED)


def covers(erased: Erased, token: str, at: int) -> bool:
    """Whether what happened at ``at`` (ms) was to be forgotten."""
    return bool(erased) and at <= erased.get(short_hash(token), -1)
