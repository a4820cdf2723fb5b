import json

from click.testing import CliRunner, Result

from agents.cli import promostream
from agents.errors import FOUND, Failure
from streams.features.catalogue import CATALOGUE


def run(*arguments: str) -> Result:
    """A command's result."""
    return CliRunner().invoke(promostream, ["features", *arguments])


def test_every_feature_is_listed_with_unit_and_meaning() -> None:
    """One line each, even where it is piped."""
    lines = run().output.splitlines()
    assert len(lines) == len(CATALOGUE) + 1
    assert any("cart.value" in line and "money" in line and "value of the cart" in line for line in lines)
    assert any("segment" in line and "high_value" in line for line in lines)


def test_a_search_looks_at_names_and_meanings() -> None:
    """Upper and lower case alike."""
    found = json.loads(run("COUPON", "--json").output)
    assert {feature["name"] for feature in found} >= {"coupon.share", "coupon.days_since", "fraud.coupons_per_day"}
    assert set(found[0]) == {"name", "unit", "low", "high", "meaning", "labels", "example"}


def test_nothing_found_is_one_line() -> None:
    """With exit code 1."""
    failure = run("weather").exception
    assert isinstance(failure, Failure)
    assert failure.exit_code == FOUND
    assert str(failure) == 'no feature has "weather" in its name or meaning; `promostream features` lists all'
