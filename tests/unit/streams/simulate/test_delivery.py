"""The delivery contract, as the simulated service keeps it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.codec import decode_json
from schemas.outcomes import Outcome
from schemas.privacy import Channel
from schemas.topics import OUTCOMES
from schemas.triggers import Trigger
from streams.simulate.settings import ShopSettings
from streams.simulate.shop import Shop

HOUR = 3_600_000
START = ShopSettings().start_ms
FINAL = {"delivered", "failed", "expired", "revoked", "suppressed"}


def trigger(number: int = 1, kind: str = "send", expires: int = HOUR, channel: Channel = "push") -> Trigger:
    """A trigger to the customer of that number."""
    return Trigger(
        kind=kind,  # type: ignore[arg-type] # one of the contract's kinds
        trigger_id=f"e-0-{number}-0",
        decision_id=f"e-0-{number}-0",
        once_key=str(number),
        user=f"token-{number}",
        campaign="test@1",
        channel=channel,
        decided_at=START,
        expires_at=START + expires,
    )


def shop(**given_settings: float) -> Shop:
    """A shop that can reveal the tokens of ``trigger``."""
    made = ShopSettings(customers=50, pace=60, **given_settings)  # type: ignore[arg-type] # floats alone
    return Shop(made, lambda token: f"u-{int(token[6:]):06d}")


def reported(of: Shop, until: int = 2 * HOUR) -> list[Outcome]:
    """The outcomes reported until then."""
    return [decode_json(m.value, Outcome) for m in of.step(START + until) if m.topic == OUTCOMES]


def statuses(of: Shop) -> list[str]:
    """Their statuses, in order."""
    return [outcome.status for outcome in reported(of)]


@settings(max_examples=30, deadline=None)
@given(
    numbers=st.lists(st.integers(1, 50), max_size=60),
    failures=st.sampled_from([0.0, 0.5]),
    hiccups=st.sampled_from([0.0, 0.5]),
)
def test_each_id_is_accepted_once_and_ended_once(numbers: list[int], failures: float, hiccups: float) -> None:
    """Whatever is repeated, each trigger is accepted within 60 s, then gets exactly one final status."""
    service = shop(failures=failures, hiccups=hiccups)
    for number in numbers:
        service.receive(trigger(number), START)
    outcomes = reported(service)
    accepted = {o.trigger_id: o.occurred_at for o in outcomes if o.status == "accepted"}
    ended = [o.trigger_id for o in outcomes if o.status in FINAL]
    assert sorted(ended) == sorted(accepted) == sorted({f"e-0-{number}-0" for number in numbers})
    assert all(at - START <= 60_000 for at in accepted.values())
    assert service.repeats == len(numbers) - len(set(numbers))
    assert {o.user for o in outcomes} == {f"token-{number}" for number in numbers}


def test_expired_is_not_sent() -> None:
    """A trigger past its expiry is reported expired."""
    service = shop()
    service.receive(trigger(expires=100), START)
    assert statuses(service) == ["accepted", "expired"]


def test_revoke_before_sending_stops_it() -> None:
    """A revoke that arrives before the message went out ends it as revoked."""
    service = shop()
    service.receive(trigger(), START)
    service.receive(trigger(kind="revoke"), START + 1)
    assert statuses(service) == ["accepted", "revoked"]


def test_revoke_that_overtakes_stops_it_too() -> None:
    """A revoke read before its trigger is remembered."""
    service = shop()
    service.receive(trigger(kind="revoke"), START)
    service.receive(trigger(), START + 1)
    assert statuses(service) == ["accepted", "revoked"]


def test_revoke_after_sending_is_ignored() -> None:
    """What was delivered stays delivered."""
    service = shop(failures=0.0, hiccups=0.0)
    service.receive(trigger(), START)
    service.receive(trigger(kind="revoke"), START + HOUR)
    assert statuses(service)[:2] == ["accepted", "delivered"]
    assert "revoked" not in service.outcomes


def test_withheld_is_reported_suppressed() -> None:
    """What the brake held back is reported suppressed, so that limits heal."""
    service = shop()
    service.receive(trigger(kind="withheld"), START)
    assert statuses(service) == ["accepted", "suppressed"]


def test_unknown_recipient_fails() -> None:
    """A token of nobody's is reported failed with its reason."""
    service = shop()
    service.receive(trigger(999), START)
    assert [(o.status, o.reason) for o in reported(service)][1:] == [("failed", "unknown_recipient")]


def test_unwanted_messages_are_noticed() -> None:
    """The shop counts what reached a customer on a channel without consent."""
    service = shop(failures=0.0)
    for customer in service.customers.values():
        customer.channels["sms"] = customer.id != "u-000001"
    service.receive(trigger(1, channel="sms"), START)
    service.receive(trigger(2, channel="sms"), START)
    reported(service)
    assert service.unwanted == 1
