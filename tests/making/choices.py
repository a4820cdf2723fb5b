"""Choices of items by made-up customers: what goes with what, what is liked in a category, what is ordered together."""

from collections.abc import Sequence

import numpy as np

from schemas.codec import encode_msgpack
from schemas.items import ChosenItem, ItemsChosen
from schemas.models import ModelSnapshot
from schemas.origins import Origin
from streams.features.catalogue import VERSION
from streams.folding import LogRecord
from streams.learn.items import RECOMMENDER
from streams.models.snapshots import pack, seal
from streams.profiles.user import mark
from streams.recommend.serving.choices import Choices
from streams.recommend.serving.published import ALGORITHM, arrays_of

START = 1_790_000_000_000
CATEGORIES = 4


def item(number: int) -> str:
    """An item's id."""
    return f"i-{number:03d}"


def category(number: int) -> int:
    """The mark of an item's category, of which there are four; 0 for every thirteenth item, which has none."""
    return mark(f"c{number % CATEGORIES}") if number % 13 else 0


def chosen(
    number: int, kind: str = "add_to_cart", beside: Sequence[int] = (), *others: int, at: int = 0
) -> ItemsChosen:
    """Items by number, chosen beside others by number, by somebody who likes the first one's category."""
    return ItemsChosen(
        origin=Origin("user-log", 0, at),
        at=START + at * 60_000,
        kind=kind,  # type: ignore[arg-type]  # one of the three
        chosen=tuple(ChosenItem(item(one), category(one), 100 * at + one) for one in (number, *others)),
        beside=tuple(mark(item(one)) for one in beside),
        interests=((mark(f"c{number % CATEGORIES}"), 0.75), (mark("c9"), 0.25)),
    )


def choices(seed: int, count: int, items: int = 24) -> list[ItemsChosen]:
    """Even items are chosen beside even ones, nine times in ten; one in four is bought, most with another."""
    random = np.random.default_rng(seed)
    found = []
    for at in range(count):
        number = int(random.integers(items))
        alike = [
            one for one in random.integers(items, size=6).tolist() if one % 2 == number % 2 or random.random() < 0.1
        ]
        bought = random.random() < 0.25
        others = (number + 2,) if bought and number + 2 < items and random.random() < 0.6 else ()
        kind = "purchase" if bought else "favourite" if random.random() < 0.3 else "add_to_cart"
        found.append(chosen(number, kind, list(dict.fromkeys(alike)), *others, at=at))
    return found


def learned(seen: Sequence[ItemsChosen], most_items: int = 1000, most_sources: int = 1000) -> Choices:
    """What is known after these choices."""
    found = Choices(most_items, most_sources)
    for one in seen:
        found.learn(one)
    return found


def snapshot(of: Choices, version: int = 1) -> ModelSnapshot:
    """What was learned as a sealed version."""
    made = ModelSnapshot(
        name=RECOMMENDER,
        version=version,
        algorithm=ALGORITHM,
        catalogue=VERSION,
        features=(),
        arrays={name: pack(values) for name, values in arrays_of(of).items()},
        trained_on=of.state.learned,
        trained_until=0,
    )
    return seal(made)


def log_of(seen: Sequence[ItemsChosen]) -> list[LogRecord]:
    """The choices as the topic holds them."""
    return [LogRecord(n, one.at, b"item", encode_msgpack(one)) for n, one in enumerate(seen)]
