"""Minor units as people read and write them."""

import pytest

from streams.money import DECIMALS, as_text, example_amount, minor_units


@pytest.mark.parametrize("currency", sorted(DECIMALS))
def test_what_is_shown_reads_back_as_it_was(currency: str) -> None:
    """In every currency both sides know the same number of decimals."""
    assert minor_units(as_text(12_345, currency), currency) == 12_345
    assert minor_units(example_amount(currency).strip('"'), currency)
