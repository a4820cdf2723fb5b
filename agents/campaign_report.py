"""What ``campaigns check`` says of a checked set."""

from collections.abc import Mapping

import msgspec

from streams.campaigns.notes import notes
from streams.campaigns.sets import CheckedSet
from streams.measure.outlook import Traffic, provable, told


def report(found: CheckedSet, stated: Mapping[str, Traffic | None]) -> list[str]:
    """Problems, then each campaign with what deserves a second look and what it can prove."""
    lines = [problem.text for problem in found.problems]
    for campaign in found.campaigns:
        lines.append(f"{campaign.name}: {campaign.kind}, {campaign.state}, {campaign.currency}, no problem")
        lines += [f"  note: {note}" for note in notes(campaign)]
        lines.append(f"  proof: {told(campaign, stated[campaign.name])}")
    return lines


def as_data(found: CheckedSet, stated: Mapping[str, Traffic | None]) -> dict[str, object]:
    """The same for ``--json``."""
    campaigns = []
    for campaign in found.campaigns:
        traffic = stated[campaign.name]
        power = provable(campaign, traffic) if traffic else None
        proof = {"provable": power._asdict() if power else None, "notes": notes(campaign)}
        campaigns.append(msgspec.to_builtins(campaign) | proof)
    problems = [problem._asdict() for problem in found.problems]
    return {"campaigns": campaigns, "policies": found.policies, "problems": problems}
