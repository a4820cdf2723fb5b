"""What a run of chaos plays."""

import click
import pytest

from tests.chaos.every import every_scenario, plan


def test_every_scenario_has_a_name_of_its_own_and_says_what_it_does() -> None:
    """Verdicts are told apart by name and seed; ``--list`` shows the first line of each."""
    scenarios = every_scenario()
    names = [scenario.name for scenario in scenarios]
    assert len(set(names)) == len(names) >= 20
    assert [scenario.name for scenario in scenarios if not scenario.play.__doc__] == []


def test_repeating_takes_further_seeds() -> None:
    """No seed is played twice in one run; a name that nobody has is refused."""
    played = plan(("sigkill-at-random",), 5, 3, short=False)
    assert len(set(played)) == len(played) == 6
    assert min(seed for _, seed in played) == 5
    with pytest.raises(click.UsageError, match="no scenario"):
        plan(("flood-of-gold",), 1, 1, short=False)
