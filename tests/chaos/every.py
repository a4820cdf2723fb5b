"""All scenarios, and which of them a run plays."""

import importlib
from pathlib import Path

import click

from tests.chaos.scenario import Scenario

FOLDER = Path(__file__).parent / "scenarios"


def every_scenario() -> list[Scenario]:
    """The scenarios of every module beside this one, those on few brokers first."""
    names = sorted(file.stem for file in FOLDER.glob("*.py"))
    modules = [importlib.import_module(f"tests.chaos.scenarios.{name}") for name in names]
    return sorted((one for module in modules for one in module.SCENARIOS), key=lambda scenario: str(scenario.brokers))


def scenario_called(name: str) -> Scenario:
    """The one scenario of this name."""
    (found,) = (scenario for scenario in every_scenario() if scenario.name == name)
    return found


def plan(names: tuple[str, ...], seed: int, repeat: int, *, short: bool) -> list[tuple[Scenario, int]]:
    """What is played, with its seed; each repetition has seeds of its own."""
    found = every_scenario()
    if unknown := [name for name in names if name not in {scenario.name for scenario in found}]:
        raise click.UsageError(f"no scenario is called {unknown[0]}; --list shows them all")
    chosen = [one for one in found if (not names or one.name in names) and (not short or one.short)]
    return [
        (scenario, seed + number) for scenario in chosen for number in range((1 if short else scenario.seeds) * repeat)
    ]
