"""A provider that sends nothing: it answers as push, SMS and e-mail providers do, now and then with an error."""

from hashlib import blake2b

from deploy.examples.delivery_service.contract import Trigger
from deploy.examples.delivery_service.desk import Answer


class FakeProvider:
    """Idempotent by key: asked twice, it sends once and says the same.

    Of 100 messages 3 fail for good and 5 are told to come back once; which ones depends on their ids alone.
    """

    def __init__(self) -> None:
        self.sent: dict[str, Answer] = {}
        self._turned_away: set[str] = set()

    def send(self, trigger: Trigger, now: int) -> Answer:
        """Send the message of a trigger under its id as idempotency key."""
        del now
        key = trigger.trigger_id
        if key in self.sent:
            return self.sent[key]
        luck = int.from_bytes(blake2b(key.encode(), digest_size=2).digest(), "big") % 100
        if luck < 5 and key not in self._turned_away:  # noqa: PLR2004 - five in a hundred
            self._turned_away.add(key)
            return Answer("busy", "rate_limited")
        if luck >= 97:  # noqa: PLR2004 - three in a hundred
            self.sent[key] = Answer("failed", "token_unregistered")
        else:
            self.sent[key] = Answer("delivered", provider_id=f"fake-{len(self.sent)}", cost=2, currency="CNY")
        return self.sent[key]
