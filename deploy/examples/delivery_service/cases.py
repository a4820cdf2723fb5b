"""The cases of the conformance check: what is read when, how the provider answers, and what must come of it."""

import json
from typing import Any, NamedTuple

NOW = 1_793_498_400_000
EXPIRES = NOW + 21_600_000
ID = "e7-12-904412-0"
USER = "v1.k3.Qm9iX0xpdmVzSW5BbkV4YW1wbGU"
CODE = "K7Q4-M2XD-9F"
SECRETS = (CODE,)

SEND: dict[str, Any] = {
    "kind": "send",
    "trigger_id": ID,
    "decision_id": ID,
    "once_key": "c1f06b2d9a4e4c7f8d35e1a0b7c29f64",
    "user": USER,
    "campaign": "cart-rescue@4",
    "channel": "push",
    "locale": "zh-CN",
    "template": "cart_rescue",
    "params": {"offer.value": "10.00"},
    "offer": {"id": "off10", "kind": "amount", "value": 1000, "currency": "CNY", "min_spend": 20000, "items": []},
    "coupon": {"code": CODE, "valid_until": EXPIRES},
    "decided_at": NOW - 1_000,
    "expires_at": EXPIRES,
    "reasons": ["cart idle for 30 minutes"],
}
REVOKE = {name: SEND[name] for name in ("trigger_id", "decision_id", "once_key", "user", "campaign", "channel")} | {
    "kind": "revoke",
    "decided_at": NOW,
    "expires_at": EXPIRES,
}
FUTURE = SEND | {"future": {"a": 1}, "offer": {**SEND["offer"], "future": []}, "coupon": {**SEND["coupon"], "f": 0}}


class Case(NamedTuple):
    """One case: ``calls`` to the provider (-1: any number), and the final statuses in order.

    ``answers`` are the provider's, the last one repeated; ``reason`` is the first final status's.
    """

    name: str
    messages: tuple[tuple[int, bytes], ...]
    calls: int
    ends: tuple[str, ...]
    answers: tuple[str, ...] = ("delivered",)
    reason: str = ""
    trigger_id: str = ID
    user: str = USER
    expires_at: int = EXPIRES


def _at(*timed: tuple[int, dict[str, Any]]) -> tuple[tuple[int, bytes], ...]:
    return tuple((NOW + later, json.dumps(message).encode()) for later, message in timed)


CASES = (
    Case("plain", _at((0, SEND)), 1, ("delivered",)),
    Case("repeat", _at((0, SEND), (5, SEND), (EXPIRES - NOW + 86_400_000, SEND)), 1, ("delivered",)),
    Case("repeat while it waits", _at((0, SEND), (1, SEND)), 2, ("delivered",), ("busy", "delivered")),
    Case("repeat after a failover", _at((0, SEND), (9, SEND | {"trigger_id": "e8-3-17-0"})), 1, ("delivered",)),
    Case("expired", _at((EXPIRES - NOW, SEND)), 0, ("expired",)),
    Case("expired while it waits", _at((0, SEND)), -1, ("expired",), ("busy",)),
    Case("revoked before sending", _at((0, SEND), (1, REVOKE)), 1, ("revoked",), ("busy",)),
    Case("revoked after sending", _at((0, SEND), (1, REVOKE)), 1, ("delivered",)),
    Case("revoke read twice", _at((0, SEND), (1, REVOKE), (2, REVOKE)), 1, ("revoked",), ("busy",)),
    Case("failed for good", _at((0, SEND)), 1, ("failed",), ("token_unregistered",), "token_unregistered"),
    Case("passing errors", _at((0, SEND)), 3, ("delivered",), ("busy", "busy", "delivered")),
    Case("unknown field", _at((0, FUTURE)), 1, ("delivered",)),
    Case("unknown kind", _at((0, SEND | {"kind": "celebrate"})), 0, ("failed",), (), "unsupported"),
    Case("withheld by the brake", _at((0, REVOKE | {"kind": "withheld"})), 0, ("suppressed",)),
    Case(
        "not a trigger", ((NOW, b"\xff"), (NOW, b"[]"), (NOW, b'{"kind":"send"}'), *_at((1, SEND))), 1, ("delivered",)
    ),
)
