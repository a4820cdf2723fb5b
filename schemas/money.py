"""Money on the wire."""

import msgspec

from schemas.fields import Currency, MinorUnits


class Money(msgspec.Struct, frozen=True):
    """An amount as an integer of minor units (cents, fen) with its ISO 4217 currency.

    A zero-decimal currency such as JPY counts whole units.
    """

    value: MinorUnits
    currency: Currency
