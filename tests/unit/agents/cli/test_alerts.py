"""What a person reads of fraud alerts."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from agents.cli.alerts import in_words, suspects
from agents.errors import USAGE
from schemas.fraud import FraudAlert
from schemas.origins import Origin
from tests.making.commands import ended, only_line

AT = 1_793_498_281_500
HOUR = 3_600_000


def alert(user: str, at: int, risk: float, *reasons: str) -> FraudAlert:
    """As it stands on the topic."""
    told: dict[str, Any] = {"alert_id": f"a{at}", "origin": Origin("user-log", 0, at), "threshold": 0.8}
    return FraudAlert(user=user, at=at, risk=risk, reasons=reasons, **told)


def test_a_customer_is_one_entry_with_the_newest_reasons() -> None:
    """However often the same was told; the newest customer comes first."""
    ring = "ring r2: 5 linked accounts, one device is used by 4"
    told = [alert("v1.k.a", AT, 0.81, "velocity: …"), alert("v1.k.b", AT + HOUR, 0.92, ring)]
    told += [alert("v1.k.a", AT + 2 * HOUR, 0.966, "coupon stacking: 5.2 coupons of late", ring)]
    assert in_words(suspects(told)) == [
        "2026-11-01 03:58 UTC  risk 97%  v1.k.a, 2 alerts",
        "    coupon stacking: 5.2 coupons of late",
        f"    {ring}",
        "2026-11-01 02:58 UTC  risk 92%  v1.k.b",
        f"    {ring}",
    ]


@given(st.permutations([alert(f"u{n % 3}", AT + n * HOUR, 0.9, str(n)) for n in range(7)]))
def test_partitions_may_be_read_in_any_order(alerts: list[FraudAlert]) -> None:
    """The same customers with the same words, and every alert counted."""
    found = suspects(alerts)
    assert [(one.user, one.reasons, one.alerts) for one in found] == [
        ("u0", ("6",), 3),
        ("u2", ("5",), 2),
        ("u1", ("4",), 2),
    ]
    assert msgspec.json.decode(msgspec.json.encode(found), type=list[Any])[0]["risk"] == 0.9


def test_a_count_must_be_one() -> None:
    """One line, and no broker is asked."""
    result = ended("alerts", "--last", "0")
    assert result.returncode == USAGE
    assert "--last" in only_line(result)
