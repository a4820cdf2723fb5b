"""Currencies (ISO 4217), minor units and the texts people write."""

import re

_CODES = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: """AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY
    COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR
    IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD
    NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC
    SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG""",
    3: "BHD IQD JOD KWD LYD OMR TND",
}
_AMOUNT = re.compile(r"(\d{1,15})(?:\.(\d+))?")

DECIMALS: dict[str, int] = {code: decimals for decimals, codes in _CODES.items() for code in codes.split()}
"""ISO code → decimals of the minor unit (USD 2, JPY 0, KWD 3), for every currency in use."""


def as_text(value: float, currency: str) -> str:
    """Minor units as a decimal text without the currency: 1000 CNY → ``10.00``; two decimals if it is unknown."""
    places = DECIMALS.get(currency, 2)
    return f"{value / 10**places:.{places}f}"


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
