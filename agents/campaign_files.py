"""Campaign files from disk."""

from pathlib import Path

from agents.errors import WrongUse
from agents.wording import reason
from schemas.records import CampaignsActivated
from streams.campaigns.policies import FILE
from streams.campaigns.sets import CheckedSet, check_set

ENDINGS = (".yaml", ".yml")


def read_campaigns(path: Path) -> CheckedSet:
    """The checked set of a directory's files, or of one file with the ``policies.yaml`` beside it.

    Raises:
        WrongUse: there is no such place, no campaign file in it, or a file that cannot be read.

    """
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix in ENDINGS and file.is_file())
    else:
        files = [path, *(file for file in [path.parent / FILE] if file.is_file() and file != path)]
    if not any(file.name != FILE for file in files):
        raise WrongUse(f"{path} has no campaign file (*.yaml); deploy/examples/campaigns has some to start from")
    return check_set({str(file): _text(file) for file in files})


def activation(path: Path, by: str, reason: str) -> CampaignsActivated:
    """The campaigns of a place as the first set of a log, each at version 1.

    Raises:
        WrongUse: something is wrong with a file; the line names the first problem.

    """
    found = read_campaigns(path)
    if found.problems:
        more = f" (and {len(found.problems) - 1} more: `promostream campaigns check {path}`)"
        raise WrongUse(found.problems[0].text + (more if len(found.problems) > 1 else ""))
    return CampaignsActivated(found.numbered(), found.policies, by, reason)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUse(f"{file}: {reason(error)}; name a campaign file (*.yaml) or a folder of them") from error
