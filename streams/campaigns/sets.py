"""All campaign files of a directory as one checked set."""

from collections.abc import Mapping
from typing import NamedTuple

from msgspec.structs import replace

from schemas.campaigns import Campaign, ContactPolicy
from streams.campaigns.document import Problem
from streams.campaigns.parsing import parse_campaign
from streams.campaigns.policies import DEFAULT, FILE, parse_policies


class Place(NamedTuple):
    """Where a campaign is written: its file, and the line of each field."""

    file: str
    lines: Mapping[str, int]

    def problem(self, field: str, message: str) -> Problem:
        """A problem at a field; at the nearest enclosing one that is written down, if the field itself is not."""
        path = field
        while path and path not in self.lines:
            path = path.rpartition(".")[0]
        return Problem(self.file, self.lines.get(path, 1), field, message)


class CheckedSet(NamedTuple):
    """The campaigns without a fault, in the order of their files, the policies, and every problem."""

    campaigns: tuple[Campaign, ...]
    policies: tuple[ContactPolicy, ...]
    places: Mapping[str, Place]
    problems: tuple[Problem, ...]

    def numbered(self, version: int = 1) -> tuple[Campaign, ...]:
        """The campaigns all at one version, for a log that has none yet."""
        return tuple(replace(campaign, version=version) for campaign in self.campaigns)


def check_set(files: Mapping[str, str]) -> CheckedSet:
    """Check campaign files and, among them, ``policies.yaml``: file name → text."""
    policies: tuple[ContactPolicy, ...] = (DEFAULT,)
    problems: list[Problem] = []
    for file, text in files.items():
        if _is_policies(file):
            policies, found = parse_policies(text, file)
            problems += found
    names = [policy.name for policy in policies]
    campaigns: dict[str, Campaign] = {}
    places: dict[str, Place] = {}
    for file, text in files.items():
        if _is_policies(file):
            continue
        campaign, found, lines = parse_campaign(text, file, names)
        problems += found
        if campaign is not None and campaign.name in campaigns:
            other = places[campaign.name].file
            problems.append(
                Place(file, lines).problem("campaign", f'"{campaign.name}" is taken by {other}; rename one')
            )
        elif campaign is not None:
            campaigns[campaign.name], places[campaign.name] = campaign, Place(file, lines)
    return CheckedSet(tuple(campaigns.values()), policies, places, tuple(problems))


def _is_policies(file: str) -> bool:
    return file.replace("\\", "/").rpartition("/")[2] == FILE
