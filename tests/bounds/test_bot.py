"""A bot on one key: its events cost what everybody's cost, however many there were, and nobody else pays for them."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from schemas.codec import encode_msgpack
from tests.bounds.full import crowded
from tests.making.stories import Story

MOST_BYTES = 16 * 1024
KINDS = ("view", "view", "click", "add_to_cart", "favourite", "view", "purchase", "add_to_cart", "refund", "view")
EARLY, LATE = range(500, 1000), range(9500, 10_000)


def act(told: Story, user: str, number: int) -> None:
    """The next event of somebody who takes no pause: five thousand a second."""
    told.at += number % 5 == 0
    price = 100 + number % 7
    told.happens(user, KINDS[number % len(KINDS)], item=f"i{number % 997}", category=f"c{number % 61}", price=price)


def operations(run: Callable[[], None]) -> int:
    """How many calls of Python and C functions something takes: the same on every machine, unlike its time."""
    calls = 0

    def note(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal calls
        del frame, argument
        calls += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        run()
    finally:
        sys.setprofile(None)
    return calls


def cost(told: Story, user: str, numbers: range) -> float:
    """Operations per event."""

    def live() -> None:
        for number in numbers:
            act(told, user, number)

    return operations(live) / len(numbers)


@pytest.mark.parametrize("campaigns", [0, 5])
def test_an_event_of_a_bot_costs_the_same_after_ten_thousand(campaigns: int) -> None:
    """Operations per event early and late in its life differ by less than a tenth."""
    told = crowded(campaigns)
    told.consents("bot", push=True, sms=True, email=True)
    for number in range(EARLY.start):
        act(told, "bot", number)
    early = cost(told, "bot", EARLY)
    for number in range(EARLY.stop, LATE.start):
        act(told, "bot", number)
    assert cost(told, "bot", LATE) <= 1.1 * early
    assert len(encode_msgpack(told.user("bot"))) <= MOST_BYTES


def test_others_do_not_pay_for_a_bot() -> None:
    """An event of somebody else takes as many operations in a partition where a bot has been as in one without."""
    quiet, busy = crowded(5), crowded(5)
    for number in range(5000):
        act(busy, "bot", number)
    costs = [cost(told, "somebody", range(200)) for told in (quiet, busy)]
    assert costs[1] <= 1.1 * costs[0]


def test_a_bot_leaves_nothing_behind_but_its_profile() -> None:
    """After twenty thousand events the partition's state is as after a thousand, and the index holds its timers.

    What is bought in an hour has caps of its own.
    """
    told = crowded(3)
    for number in range(1000):
        act(told, "bot", number)
    head, outputs = len(told.fold.cut()) - len(encode_msgpack(told.fold.state.hour)), len(told.outputs)
    told.fold.settle()
    for number in range(1000, 20_000):
        act(told, "bot", number)
        told.outputs.clear()
    assert len(told.fold.cut()) - len(encode_msgpack(told.fold.state.hour)) <= head + 64  # larger numbers
    assert outputs
    timers = told.fold._timers
    user = told.user("bot")
    assert len(timers._fresh) + len(timers._clock) <= 2 * len(user.timers)
