"""What ``decide`` reports of items that customers choose, so that ``learn`` finds out which ones to recommend."""

from schemas.items import ChosenItem, ItemsChosen
from schemas.records import EventTaken
from schemas.topics import ITEM_CHOICES
from streams.ids import short_hash
from streams.outputs import Writer
from streams.profiles.observing import DAY
from streams.profiles.user import User, mark
from streams.recommend.serving.context import Context, context_of
from streams.state import PartitionState

MOST_LINES = 8
"""Items of one order that are reported."""
MOST_A_MINUTE = 240
"""Reports of one partition per minute of log time: however busy the shop is, ``learn`` and this fold keep up."""
MINUTE = 60_000
MOST_SESSION_EVENTS = 200
"""Nobody who does more in one session chooses: it is no customer's."""
QUARANTINE = 30 * DAY
"""A customer of whose risk somebody was alarmed teaches nothing for so many ms."""


class Choices:
    """Reports strong events of one partition: favourites, carts, purchases."""

    def __init__(self, state: PartitionState, writer: Writer) -> None:
        self._state = state
        self._writer = writer

    def context(self, user: User, event: EventTaken) -> Context | None:
        """What the customer was up to before the event; None where it is not to be reported.

        What is redriven is none of today's, and more of what lies in the cart already is no choice.
        """
        if event.redriven or not self._has_room() or (event.type == "add_to_cart" and mark(event.item) in user.cart):
            return None
        return context_of(user, self._state.now)

    def report(self, token: str, user: User, event: EventTaken, context: Context) -> None:
        """Say what was chosen, unless the customer is in quarantine or no customer, after all that the event did."""
        alarmed = user.alerted_at and self._state.now - user.alerted_at < QUARANTINE
        if alarmed or user.session_events > MOST_SESSION_EVENTS:
            return
        if event.type == "purchase":
            chosen = [_chosen(token, line.item, line.category or event.category) for line in event.lines[:MOST_LINES]]
        else:
            chosen = [_chosen(token, event.item, event.category)] if event.item else []
        if not chosen:
            return
        seen = ItemsChosen(
            origin=self._writer.origin(),
            at=self._state.now,
            kind=event.type,  # type: ignore[arg-type]  # the three of ``CHOSEN``
            chosen=tuple(chosen),
            beside=context.items,
            interests=context.interests,
        )
        self._writer.put(ITEM_CHOICES, "item", seen, event="items.chosen")
        self._state.choices_told += 1

    def _has_room(self) -> bool:
        state, minute = self._state, self._state.now // MINUTE
        if minute != state.choices_minute:
            state.choices_minute, state.choices_told = minute, 0
        return state.choices_told < MOST_A_MINUTE


def _chosen(token: str, item: str, category: str) -> ChosenItem:
    return ChosenItem(item, mark(category) if category else 0, short_hash(f"{token}|{item}"))
