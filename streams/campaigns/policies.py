"""Contact policies: ``policies.yaml`` maps a name to the limits that hold over all campaigns together."""

from typing import NamedTuple

from schemas.campaigns import ContactPolicy, RateLimit
from streams.campaigns.document import Problem, Report, free_entries, items, open_document
from streams.campaigns.scalars import UNITS, rate

FILE = "policies.yaml"
DEFAULT = ContactPolicy(name="default", limits=(RateLimit(1, UNITS["d"]), RateLimit(3, 7 * UNITS["d"])))
"""What ``default`` means unless ``policies.yaml`` says otherwise: 1 per 1d and 3 per 7d."""


class ParsedPolicies(NamedTuple):
    """The policies of a file, ``default`` among them, and its problems."""

    policies: tuple[ContactPolicy, ...]
    problems: tuple[Problem, ...]


def parse_policies(document: str, file: str) -> ParsedPolicies:
    """Read a policies file."""
    report = Report(file)
    root = open_document(document, report)
    read: dict[str, ContactPolicy] = {DEFAULT.name: DEFAULT}
    for name, field in (free_entries(root) if root is not None else {}).items():
        limits = [rate(entry) for entry in items(field)]
        read[name] = ContactPolicy(name=name, limits=tuple(limit for limit in limits if limit is not None))
    return ParsedPolicies(tuple(read.values()), report.sorted())
