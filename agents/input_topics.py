"""Which input topics feed the log: by their ids, because one that is deleted and made again begins at offset 0."""

from agents.control import read_held, write_inputs
from agents.errors import BrokerNotReady, Refused, WrongUse
from agents.settings import Settings
from agents.topic_ids import TopicIds
from schemas.records import InputsBound
from schemas.topics import CONTROL, INTAKE_SOURCES

INPUTS = tuple(name for name in INTAKE_SOURCES if name != CONTROL)
"""Records of ``control`` bring their own origins along."""
ADOPT = (
    "`promostream topics adopt {}` takes its messages as new ones "
    "(not if they are copies of the old ones: those would count twice)"
)


def bind_inputs(settings: Settings) -> None:
    """Note the ids of input topics that are not known yet; those that are stay as they are.

    Raises:
        BrokerNotReady: the broker does not tell, or does not take the note.

    """
    held, ids = read_held(settings), TopicIds(settings).of(INPUTS)
    new = {name: (topic,) for name, topic in ids.items() if name not in held.inputs.ids}
    if new:
        write_inputs(settings, InputsBound(held.inputs.ids | new), held.last)


def require_inputs(settings: Settings) -> InputsBound:
    """Which topics feed the log, if they are the ones that are there.

    Raises:
        Refused: a topic was made again (its records would look like repeats of the former one's), or is not known.
        BrokerNotReady: the broker does not tell.

    """
    inputs, ids = read_held(settings).inputs, TopicIds(settings).of(INPUTS)
    for name, topic in ids.items():
        if name not in inputs.ids:
            raise Refused(f"{settings.topic(name)} does not feed this log yet; run `promostream topics create`")
        if inputs.ids[name][-1] != topic:
            raise Refused(f"{settings.topic(name)} was deleted and made again; {ADOPT.format(name)}")
    return inputs


def adopt_input(settings: Settings, name: str) -> bool:
    """Take what is in a topic that was made again as new; False if it feeds the log already.

    Raises:
        WrongUse: not an input topic.
        BrokerNotReady: no such topic on the broker, or it does not take the note.

    """
    if name not in INPUTS:
        raise WrongUse(f"{name!r} is no input topic; choose one of {', '.join(INPUTS)}")
    held, ids = read_held(settings), TopicIds(settings).of([name])
    if name not in ids:
        raise BrokerNotReady(f"{settings.topic(name)} is missing; `promostream topics create` makes it")
    known = held.inputs.ids.get(name, ())
    if known[-1:] == (ids[name],):
        return False
    write_inputs(settings, InputsBound(held.inputs.ids | {name: (*known, ids[name])}), held.last)
    return True
