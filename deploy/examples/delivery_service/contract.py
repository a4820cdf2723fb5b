"""The two messages of the contract, as this service sees them: triggers in, outcomes out. Unknown fields are ignored.

Nothing is imported from Promostream: the contract is the JSON, described in ``schemas/generated``.
"""

import json
from typing import Any, NamedTuple

REQUIRED = ("kind", "trigger_id", "once_key", "user", "channel", "expires_at")


class Unreadable(Exception):  # noqa: N818 - the message is at fault, not the program
    """The bytes are no trigger: there is no id to answer to."""


class Trigger(NamedTuple):
    """What this service needs of a trigger; ``body`` is the whole message, never altered and never logged."""

    kind: str
    trigger_id: str
    once_key: str
    user: str
    channel: str
    expires_at: int
    body: dict[str, Any]


class Outcome(NamedTuple):
    """What became of a trigger; the same outcome has the same id, so that reporting it again does no harm."""

    trigger: Trigger
    status: str
    at: int
    reason: str = ""
    provider_id: str = ""
    cost: int = 0
    currency: str = ""

    @property
    def outcome_id(self) -> str:
        """Unique, and the same whenever this outcome is reported again."""
        return f"{self.trigger.trigger_id}/{self.trigger.kind}/{self.status}"

    def encode(self) -> bytes:
        """The JSON for ``trigger-outcomes``."""
        message: dict[str, Any] = {
            "outcome_id": self.outcome_id,
            "trigger_id": self.trigger.trigger_id,
            "user": self.trigger.user,
            "status": self.status,
            "occurred_at": self.at,
        }
        if self.reason:
            message["reason"] = self.reason
        if self.provider_id:
            message["provider_id"] = self.provider_id
        if self.cost:
            message["cost"] = {"value": self.cost, "currency": self.currency}
        return json.dumps(message).encode()


def read_trigger(value: bytes) -> Trigger:
    """The trigger in a message.

    Raises:
        Unreadable: not JSON, or a required field is missing.

    """
    try:
        body = json.loads(value)
        kind, trigger_id, once_key, user, channel, expires_at = (body[name] for name in REQUIRED)
        return Trigger(kind, trigger_id, once_key, user, channel, int(expires_at), body)
    except (ValueError, KeyError, TypeError) as error:
        raise Unreadable(f"no trigger: {type(error).__name__}") from error
