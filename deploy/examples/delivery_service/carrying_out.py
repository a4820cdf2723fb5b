"""Carrying out the desk's steps, in order, with whatever memory, provider and reporting it is given."""

import logging
from collections import deque
from collections.abc import Callable, Iterable

from deploy.examples.delivery_service.contract import Outcome, Trigger
from deploy.examples.delivery_service.desk import Answer, Call, Desk, Remember, Report, Step

log = logging.getLogger("delivery")


def carry_out(
    steps: Iterable[Step],
    desk: Desk,
    *,
    remember: Callable[[Remember], None],
    report: Callable[[Outcome], None],
    send: Callable[[Trigger, int], Answer],
    clock: Callable[[], int],
) -> None:
    """Do every step and what follows from it; logs hold ids only, for codes and tokens are secrets."""
    todo = deque(steps)
    while todo:
        match todo.popleft():
            case Remember() as step:
                remember(step)
            case Report(outcome):
                report(outcome)
                log.info("%s %s %s", outcome.trigger.trigger_id, outcome.status, outcome.reason)
            case Call(trigger):
                now = clock()
                todo.extend(desk.answered(trigger, send(trigger, now), now))
