"""Taobao's choices as ``decide`` would tell them, ranked by what is served before it learns them."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from schemas.codec import decode_msgpack, encode_msgpack
from schemas.items import ChosenItem, ItemsChosen
from schemas.origins import Origin
from schemas.records import EventTaken, LineTaken, Record
from schemas.topics import ITEM_CHOICES
from streams.arrays import Floats
from streams.assess.recommend_figures import Ranked, hit, places, ranked, reciprocal
from streams.fold import DecideFold
from streams.folding import LogRecord, Output
from streams.models.store import ModelStore
from streams.profiles.user import mark
from streams.recommend.pool import columns
from streams.recommend.serving.choices import MEMBERS, Choices
from streams.recommend.serving.context import Context
from streams.state import FoldSettings
from tests.making.logs import opening
from tests.real_data.taobao import Event, read_events

KINDS = {"pv": "view", "cart": "add_to_cart", "fav": "favourite", "buy": "purchase"}


def told_choices(events: list[Event]) -> Iterator[tuple[int, ItemsChosen]]:
    """What ``decide`` tells of events in order, each with the number of the event that caused it."""
    fold = DecideFold(0, FoldSettings(coupon_key=bytes(32)), ModelStore())
    fold.fold((LogRecord(0, 0, b"", encode_msgpack(opening())),), [])
    for number, event in enumerate(events):
        outputs, at = list[Output](), event.at * 1000
        record = Record(Origin("taobao", 0, number), at, event.user, _taken(number, event))
        fold.fold((LogRecord(number + 1, at, b"", encode_msgpack(record)),), outputs)
        for output in outputs:
            if output.topic == ITEM_CHOICES:
                yield number, decode_msgpack(output.value, ItemsChosen)


def served_choices(file: Path) -> tuple[dict[str, Ranked], int]:
    """By the blend and by each member alone: first choices of items that others had chosen; and how many these are."""
    events, known = sorted(read_events(file)), Choices()
    hits: dict[str, list[float]] = {name: [] for name in ("blend", *MEMBERS)}
    reciprocals: dict[str, list[float]] = {name: [] for name in hits}
    users: list[str] = []
    for number, seen in told_choices(events):
        for chosen in seen.chosen:
            if known.pairs.get(chosen.pair) is None and known.liked.items.get(mark(chosen.item)) is not None:
                users.append(events[number].user)
                for name, (above, tied) in _places(known, chosen, seen).items():
                    hits[name].append(hit(above, tied))
                    reciprocals[name].append(reciprocal(above, tied))
        known.learn(seen)
    _, codes = np.unique(users, return_inverse=True)
    return ranked(_arrays(hits), _arrays(reciprocals), codes), len(users)


def _arrays(values: dict[str, list[float]]) -> dict[str, Floats]:
    return {name: np.array(found) for name, found in values.items()}


def _taken(number: int, event: Event) -> EventTaken:
    kind = KINDS[event.type]
    bought = kind == "purchase"
    return EventTaken(
        event_id=str(number),
        type=kind,
        occurred_at=event.at * 1000,
        session="",
        item="" if bought else event.item,
        category="" if bought else event.category,
        quantity=1,
        price=-1,
        currency="",
        device="",
        address="",
        order=str(number) if bought else "",
        lines=(LineTaken(event.item, event.category, 1, -1),) if bought else (),
        amount=-1,
        coupon="",
        source="web",
        stable=True,
    )


def _places(known: Choices, chosen: ChosenItem, seen: ItemsChosen) -> dict[str, tuple[int, int]]:
    """Where the chosen item stands among all that the customer does not have before the eyes."""
    own = mark(chosen.item)
    context = Context(tuple([item for item in seen.beside if item != own]), seen.interests)
    items = [key for key, _ in known.liked.items.entries() if key not in context.items]
    parts = known.parts(context, items)
    blend: Floats = np.array(known.state.weights) @ columns(parts, len(known.liked.items))
    scores = {"blend": blend, **dict(zip(MEMBERS, parts, strict=True))}
    return {name: places(values, parts[0], items.index(own)) for name, values in scores.items()}
