"""Interactions of made-up users: two tastes, sessions, categories."""

import numpy as np

from streams.recommend.recommender import Capacity, Interaction

CAPACITY = Capacity(users=60, items=40)
"""Users and items from 50 and 30 on are never made."""
USERS, ITEMS = 50, 30


def interactions(seed: int, count: int, users: int = USERS, items: int = ITEMS) -> list[Interaction]:
    """Users of even number like items of even number, nine times in ten; the first items are the most popular."""
    random = np.random.default_rng(seed)
    found, now = list[Interaction](), 1_700_000_000.0
    user = 0
    for _ in range(count):
        user = user if random.random() < 0.7 else int(random.integers(users))
        taste = user % 2 if random.random() < 0.9 else int(random.integers(2))
        item = min(int(random.exponential(items / 5)), items // 2 - 1) * 2 + taste
        now += float(random.exponential(60.0))
        weight = float(random.choice([1.0, 3.0]))
        found.append(Interaction(user, item, 1 + item % 4, 1 + item % 3, item % 2, weight, now))
    return found
