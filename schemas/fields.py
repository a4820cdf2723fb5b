"""Types of fields that say what they mean, so that the generated schemas explain themselves."""

from typing import Annotated

from msgspec import Meta

Millis = Annotated[int, Meta(description="Milliseconds since 1970, UTC.")]
MinorUnits = Annotated[int, Meta(description="Minor units of the currency: cents, fen.")]
Currency = Annotated[str, Meta(description="ISO 4217 code, such as CNY.")]
UserToken = Annotated[str, Meta(description="The customer's token; only the delivery key turns it back into an id.")]
CampaignRef = Annotated[str, Meta(description="Campaign and version, such as cart-rescue@4.")]
TriggerId = Annotated[str, Meta(description="Epoch, partition, offset and number of what caused it: e7-12-904412-0.")]
EventId = Annotated[str, Meta(description="The publisher's own id of the event; repeated, it is taken once.")]
EventMillis = Annotated[int, Meta(description="When it happened: milliseconds since 1970, UTC.")]
