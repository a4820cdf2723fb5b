from pathlib import Path

from streams.campaigns.notes import notes
from streams.campaigns.parsing import parse_campaign

TEXT = Path("deploy/examples/campaigns/cart-rescue.yaml").read_text(encoding="utf-8")


def noted(found: str, written: str) -> tuple[str, ...]:
    """The notes on a changed file."""
    campaign = parse_campaign(TEXT.replace(found, written), "cart.yaml").campaign
    assert campaign is not None
    return notes(campaign)


def test_the_shipped_campaign_needs_no_second_look() -> None:
    """Nor does a reader of it."""
    assert noted("", "") == ()


def test_a_reminder_that_promises_a_discount_is_noted() -> None:
    """The customer would read of money that is not there."""
    found = noted('      push.remind: "Your cart is waiting for you"\n', "")
    assert found == ('the push text in en shows a discount that "remind" has not; add "push.remind"',)


def test_a_missing_text_is_noted() -> None:
    """The delivery service must have one."""
    found = noted("channels: [push, sms]", "channels: [push, sms, email]")
    assert found == (
        'no text for email in zh-CN (remind, off5, off10): the delivery service must know its own for "cart_rescue"',
    )


def test_selling_below_cost_is_noted() -> None:
    """A discount above the margin of the smallest order that earns it."""
    found = noted('value: "10.00", min_spend: "100.00"', 'value: "40.00", min_spend: "100.00"')
    assert found == ("off10 takes 40.00 CNY off an order of 100.00 CNY, more than its margin at margin_rate 30%",)
