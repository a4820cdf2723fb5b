"""Amounts of money as people write them."""

import re

from streams.intake.currencies import DECIMALS
from streams.money import as_text

CURRENCIES = frozenset(DECIMALS)
"""ISO 4217 codes in use."""

_AMOUNT = re.compile(r"(\d{1,15})(?:\.(\d+))?")


def minor_units(text: str, currency: str) -> int | None:
    """``"200.00"`` as an integer of minor units; None if it is no amount or has more decimals than the currency."""
    found = _AMOUNT.fullmatch(text)
    places = DECIMALS[currency]
    if not found or len(found[2] or "") > places:
        return None
    scale: int = 10**places
    return int(found[1]) * scale + int((found[2] or "").ljust(places, "0") or "0")


def example_amount(currency: str) -> str:
    """An amount as a message shows it: ``"200.00"``, in yen ``"200"``."""
    return f'"{as_text(200 * 10 ** DECIMALS[currency], currency)}"'
