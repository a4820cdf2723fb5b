"""Minor units and the texts people write."""

_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"

DIGITS: dict[str, int] = dict.fromkeys(_NONE.split(), 0) | dict.fromkeys(_THREE.split(), 3)
"""ISO 4217 exponents other than 2."""


def digits(currency: str) -> int:
    """How many decimal digits the currency's minor unit has."""
    return DIGITS.get(currency, 2)


def as_text(value: float, currency: str) -> str:
    """Minor units as a decimal text without the currency: 1000 CNY → ``10.00``."""
    places = digits(currency)
    return f"{value / 10**places:.{places}f}"
