"""``assess recommend``: every recommender and their blend, asked for each user's next new item from the past only."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from streams.arrays import Bools, Floats, Ints
from streams.assess.recommend_figures import Ranked, hit, places, ranked, reciprocal
from streams.recommend.blend import Blend
from streams.recommend.families import BLEND
from streams.recommend.recommender import Capacity, Interaction
from streams.recommend.recommending import Recommending, start_recommending

RULES = "basket_rules.strengths"
MOST_JUDGED = 5_000
"""Choices that are judged, evenly over all; each is ranked among every known item."""
MOST = Capacity(users=100_000, items=100_000)
FEW_USERS, FEW_CHOICES, HALF = 30, 200, 0.5
CHUNK = 1_000
Ranks = tuple[list[tuple[int, int]], int]
"""By recommender how many items rank above and with the chosen one; and how many items there are."""


class Interactions(NamedTuple):
    """Who met what, in the order of time: n users and items (codes from 0), ``moments`` (n, s), ``weights`` (n, > 0).

    ``attributes`` (n × 3) are category, brand and price band as codes from 1; 0 is missing.
    """

    users: Ints
    items: Ints
    moments: Floats
    weights: Floats
    attributes: Ints


class RecommendAssessment(msgspec.Struct, frozen=True):
    """All figures of ``assess recommend``; ``models`` holds every recommender and ``blend``.

    A choice is a user's first interaction with an item, after their very first; ``reachable`` is the share of choices
    whose item others had met, the only ones that a recommender can foresee; ``judged`` of these were judged, of
    ``judged_users``. ``candidates`` is how many items a judged one was ranked among, on average.
    ``weights`` are the blend's at the end: of a recommender's logarithm, and of its having a score.
    """

    rows: int
    users: int
    items: int
    choices: int
    reachable: float | None
    judged: int
    judged_users: int
    candidates: float | None
    models: dict[str, Ranked]
    weights: dict[str, tuple[float, float]]
    rules: int
    notes: list[str]


def assess_recommend(
    given: Interactions, seed: int = 0, progress: Callable[[int], None] = lambda _: None, most: int = MOST_JUDGED
) -> RecommendAssessment:
    """Rank all known items that the user has not met, for every choice judged, then learn it; row by row."""
    is_choice, is_reachable = choices(given)
    judged = np.flatnonzero(is_reachable)
    judged = judged[np.linspace(0, len(judged) - 1, min(most, len(judged))).astype(np.int64)]
    users, capacity = given.users[judged], _capacity(given)
    learned = Recommending(BLEND, start_recommending(BLEND, capacity, seed))
    blend = learned.recommender
    assert isinstance(blend, Blend)  # noqa: S101 - what the family loads
    found = _ranks(given, learned, blend, judged, progress)
    return RecommendAssessment(
        rows=len(given.users),
        users=len(np.unique(given.users)),
        items=len(np.unique(given.items)),
        choices=int(is_choice.sum()),
        reachable=float(is_reachable.sum() / is_choice.sum()) if is_choice.any() else None,
        judged=len(judged),
        judged_users=len(np.unique(users)),
        candidates=float(np.mean([count for _, count in found])) if found else None,
        models=_models([*blend.names(), BLEND.name], found, users),
        weights=blend.weights(),
        rules=int((learned.arrays()[RULES] > 0.0).sum()),
        notes=_notes(given, is_choice, is_reachable, users, capacity),
    )


def choices(given: Interactions) -> tuple[Bools, Bools]:
    """Which rows (n) are choices, and which of these have an item that another user had met before."""
    met, others, users = set[tuple[int, int]](), set[int](), set[int]()
    found = np.zeros((2, len(given.users)), dtype=np.bool_)
    for k, (user, item) in enumerate(zip(given.users.tolist(), given.items.tolist(), strict=True)):
        found[0, k] = user in users and (user, item) not in met
        found[1, k] = found[0, k] and item in others
        met.add((user, item))
        others.add(item)
        users.add(user)
    return found[0], found[1]


def _capacity(given: Interactions) -> Capacity:
    """Room for all that there are, up to ``MOST``."""
    sizes = (int(codes.max(initial=0)) + 1 for codes in (given.users, given.items))
    return Capacity(*(min(size, most) for size, most in zip(sizes, MOST, strict=True)))


def _models(names: list[str], found: Sequence[Ranks], users: Ints) -> dict[str, Ranked]:
    if not found:
        return {}
    hits = {name: np.array([hit(*ranks[k]) for ranks, _ in found]) for k, name in enumerate(names)}
    reciprocals = {name: np.array([reciprocal(*ranks[k]) for ranks, _ in found]) for k, name in enumerate(names)}
    return ranked(hits, reciprocals, users)


def _ranks(
    given: Interactions, learned: Recommending, blend: Blend, judged: Ints, progress: Callable[[int], None]
) -> list[Ranks]:
    """What every judged row finds, from the rows before it."""
    asked, found = set(judged.tolist()), list[Ranks]()
    met: dict[int, set[int]] = {}
    known = np.zeros(_capacity(given).items, dtype=np.bool_)
    for k, seen in enumerate(_rows(given)):
        own = met.setdefault(seen.user, set())
        if k in asked:
            found.append(_rank(seen, learned, blend, known, own))
        learned.learn(seen)
        own.add(seen.item)
        known[learned.item_slots(np.array([seen.item]))] = True
        if k % CHUNK == 0:
            progress(min(CHUNK, len(given.users) - k))
    return found


def _rank(seen: Interaction, learned: Recommending, blend: Blend, known: Bools, met: set[int]) -> Ranks:
    slots = learned.item_slots(np.array([seen.item, *met], np.int64))
    free = known.copy()
    free[slots] = False
    items = np.concatenate([slots[:1], np.flatnonzero(free)])
    parts = blend.parts(learned.user_slot(seen.user), items, seen.at)
    scores = [*parts, blend.pooled(parts)]
    return [places(own, parts[0], 0) for own in scores], len(items)


def _rows(given: Interactions) -> Iterator[Interaction]:
    columns = (given.users, given.items, *given.attributes.T, given.weights, given.moments)
    return map(Interaction._make, zip(*(column.tolist() for column in columns), strict=True))


def _notes(given: Interactions, is_choice: Bools, is_reachable: Bools, users: Ints, capacity: Capacity) -> list[str]:
    if not is_reachable.any():
        return ["no user met an item that another user had met before: nothing can be judged"]
    notes, count = [], len(np.unique(users))
    if count < FEW_USERS or len(users) < FEW_CHOICES:
        notes.append(f"only {len(users)} choices of {count} users are judged: read the intervals, not the figures")
    share = float(is_reachable.sum() / is_choice.sum())
    if share < HALF:
        notes.append(f"{1.0 - share:.0%} of the choices are of items that nobody had met before: none can foresee them")
    if len(users) < is_reachable.sum():
        notes.append(f"{len(users):,} choices were judged, evenly over all {int(is_reachable.sum()):,}")
    if int(given.users.max()) >= capacity.users or int(given.items.max()) >= capacity.items:
        told = f"{capacity.users:,} users and {capacity.items:,} items"
        notes.append(f"{told} are remembered at once; those longest unseen were forgotten")
    return notes
