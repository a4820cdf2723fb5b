"""What a profile's ring says about its customer: an alarm with a reason in words, and no raw value."""

from schemas.fraud import EntityKind
from streams.fraud.rules import Finding
from streams.profiles.user import RingMark

FADES = 90 * 86_400_000
"""A membership that was not told again for so many ms counts no more."""

_WORDS: dict[EntityKind, str] = {"device": "device", "payment": "means of payment", "address": "address"}


def alarm(mark: RingMark | None, now: int) -> Finding | None:
    """The membership as one alarm among others at ``now`` (ms); None without one."""
    if mark is None or now - mark.at > FADES:
        return None
    told = [f"one {words} is used by {mark.shared[kind]}" for kind, words in _WORDS.items() if kind in mark.shared]
    accounts = f"{mark.accounts} linked accounts" if mark.accounts > 1 else "one account"
    redeemed = mark.shared.get("referral", 1) - 1
    told += [f"self-referral: {redeemed} redeemed what one of them gave"] if redeemed else []
    return Finding(mark.score, f"ring {mark.ring}: {', '.join((accounts, *told))}")
