"""Every feature has an example that a campaign file may ask."""

import pytest
import yaml

from streams.campaigns.document import Field, Report
from streams.campaigns.who import condition
from streams.features.catalogue import CATALOGUE
from streams.features.examples import EXAMPLES


def test_every_feature_has_an_example_and_no_other() -> None:
    """In the catalogue's order, as `promostream features` shows them."""
    assert list(EXAMPLES) == list(CATALOGUE)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_a_condition_of_a_campaign_file(name: str) -> None:
    """Without a fault, and of that feature."""
    op, written = EXAMPLES[name]
    report = Report("example.yaml")
    node = yaml.compose(f'{{feature: {name}, op: "{op}", value: {written}}}')
    assert node is not None
    found = condition(Field(node, "who", report), "CNY")
    assert [problem.text for problem in report.problems] == []
    assert found is not None
    assert found.feature == name
