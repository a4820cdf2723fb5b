"""Rings in a shop with known truth: what is found by looking at what accounts share, and what by looking at each."""

from collections.abc import Callable
from functools import partial
from statistics import mean
from typing import NamedTuple

import numpy as np
import pytest
from sklearn.cluster import DBSCAN

from schemas.codec import decode_msgpack
from schemas.fraud import EntityKind, EntitySighting, FraudSample
from schemas.topics import ENTITY_SIGHTINGS, FRAUD_SAMPLES
from streams.arrays import Floats
from streams.features.catalogue import FRAUD_ROW
from streams.fraud.detectors.ensemble import fit_ensemble
from streams.fraud.rings.evidence import CROWD, WEIGHT
from streams.fraud.rules import findings
from streams.intake.tokens import Tokens
from streams.learn import LearnSettings
from streams.simulate.settings import ShopSettings
from streams.simulate.shop import Shop
from streams.state import FoldSettings
from streams.system import System, SystemSettings

pytestmark = [pytest.mark.statistics, pytest.mark.exhaustive, pytest.mark.timeout(3600)]

SEEDS = (31, 32)
KEY = bytes(32)
STEP, DAY, DAYS = 3_600_000, 86_400_000, 14
SIZES, RADII = (3, 4, 5, 6), (0.36, 0.51, 0.6, 0.7)
"""Settings of those that are compared with, the best of which counts."""


class Run(NamedTuple):
    """A shop's fortnight: the system, its truth, the last row of every user, and all sightings."""

    system: System
    true: frozenset[str]
    abusers: frozenset[str]
    rows: dict[str, tuple[float, ...]]
    sightings: list[EntitySighting]


class Found(NamedTuple):
    """Shares of the true accounts that are found, and of the found that are true."""

    recall: float
    precision: float


def run_shop(seed: int) -> Run:
    """1,200 customers, 4 % of them in rings, 30 % in households, 5 % ordering to an office.

    There are no campaigns, so that rings' coupons for new customers stand out more than they would.
    """
    learn = LearnSettings(refit_every=500)
    given = SystemSettings(
        token_key=KEY, fold=FoldSettings(coupon_key=KEY), partitions=2, learn=learn, watermark_interval=STEP
    )
    system, tokens = System(given), Tokens(KEY)
    shop = Shop(ShopSettings(seed=seed, customers=1200, rings=0.04), tokens.reveal)
    rows: dict[str, tuple[float, ...]] = {}
    sightings: list[EntitySighting] = []
    for _ in range(DAYS * DAY // STEP):
        for message in shop.step(shop.now + STEP):
            system.feed(message.topic, message.key, message.value, message.at)
        system.advance(shop.now)
        for _, output in system.take():
            if output.topic == FRAUD_SAMPLES:
                sample = decode_msgpack(output.value, FraudSample)
                rows[sample.user] = sample.x
            elif output.topic == ENTITY_SIGHTINGS:
                sightings.append(decode_msgpack(output.value, EntitySighting))
    true = frozenset(tokens.token(user) for ring in shop.rings.values() for user in ring)
    abusers = frozenset(tokens.token(c.id) for c in shop.customers.values() if c.type.abuses)
    return Run(system, true, abusers, rows, sightings)


@pytest.fixture(scope="module")
def runs() -> list[Run]:
    """One shop per seed."""
    return [run_shop(seed) for seed in SEEDS]


def judged(run: Run, found: set[str]) -> Found:
    """What was found beside the truth."""
    right = len(found & run.true)
    return Found(right / len(run.true), right / len(found) if found else 1.0)


def told(run: Run) -> set[str]:
    """What ``coordinate`` tells of."""
    return set(run.system.rings.known.marks)


def components(run: Run, smallest: int = 4) -> set[str]:
    """The entity graph alone: accounts tied to at least ``smallest`` − 1 others."""
    graph = run.system.rings.known.graph
    return {user for user in run.rows if len(graph.group(user)) >= smallest}


def clusters(run: Run, near: float, smallest: int) -> set[str]:
    """DBSCAN (Ester et al. 1996) over device, address, means of payment and time of first sight.

    Two accounts are 2^−(weight shared) apart, what was first seen weeks apart weighing less (half-life 14 days); a core
    has ``smallest`` − 1 others within ``near``.
    """
    first: dict[tuple[EntityKind, int], dict[str, int]] = {}
    for sighting in run.sightings:
        for entity in sighting.seen:
            first.setdefault(entity, {}).setdefault(sighting.user, sighting.at)
    users = sorted(run.rows)
    place = {user: n for n, user in enumerate(users)}
    weight = np.zeros((len(users), len(users)))
    for (kind, _), seen in first.items():
        if len(seen) <= CROWD[kind]:
            _add(weight, [(place[user], at) for user, at in seen.items() if user in place], WEIGHT[kind])
    labels = DBSCAN(eps=near, min_samples=smallest, metric="precomputed").fit_predict(np.exp2(-weight))
    return {user for user, label in zip(users, labels.tolist(), strict=True) if label >= 0}


def _add(weight: Floats, seen: list[tuple[int, int]], most: float) -> None:
    for left, at in seen:
        for right, later in seen:
            weight[left, right] += most * 2.0 ** (-abs(at - later) / (14 * DAY))


def by_rules(run: Run) -> set[str]:
    """Whom any rule names."""
    values = {user: dict(zip(FRAUD_ROW, np.expm1(row).tolist(), strict=True)) for user, row in run.rows.items()}
    return {user for user, of in values.items() if findings(of)}


def strangest(run: Run) -> set[str]:
    """All one-user detectors together: as many of the strangest users as rings were told of, abusers left out."""
    users = sorted(set(run.rows) - run.abusers)
    numbers = np.array([run.rows[user] for user in users])
    levels = np.zeros((len(users), 0), dtype=np.int64)
    ensemble = fit_ensemble(numbers, levels, seed=1)
    risk = ensemble.risk(ensemble.score_and_learn(numbers, levels))
    return {users[n] for n in np.argsort(-risk)[: len(told(run))]}


def means(runs: list[Run], find: Callable[[Run], set[str]]) -> Found:
    """Mean recall and precision over the runs."""
    all_judged = [judged(run, find(run)) for run in runs]
    return Found(mean(one.recall for one in all_judged), mean(one.precision for one in all_judged))


def test_rings_are_found_where_one_user_detectors_find_under_half(runs: list[Run]) -> None:
    """At least 90 % of the rings' accounts, at least 90 % of those told of are; rules and detectors see under half."""
    ours, rules, detectors = means(runs, told), means(runs, by_rules), means(runs, strangest)
    print("rings", ours, "rules", rules, "detectors", detectors)  # noqa: T201 - figures for the reader of the run
    assert ours.recall >= 0.9
    assert ours.precision >= 0.9
    assert max(rules.recall, detectors.recall) < 0.5


def test_counting_tied_accounts_alone_is_not_enough(runs: list[Run]) -> None:
    """The control: households that share a tablet and a card are tied as well, and evidence tells them apart."""
    alone, ours = means(runs, components), means(runs, told)
    print("graph alone", alone, "evidence", ours)  # noqa: T201 - as above
    assert alone.precision < 0.9 <= ours.precision


def test_density_is_no_better_second_opinion(runs: list[Run]) -> None:
    """DBSCAN at its best radius and size does not beat the graph alone at its best size: it is not served.

    Where this fails, it has earned its place. What is told, at one fixed score, is as good as both with hindsight.
    """
    alone = max(f1(means(runs, partial(components, smallest=size))) for size in SIZES)
    density = max(f1(means(runs, partial(clusters, near=n, smallest=size))) for n in RADII for size in SIZES)
    ours = f1(means(runs, told))
    print("F1: evidence", ours, "graph alone", alone, "DBSCAN", density)  # noqa: T201 - as above
    assert density <= alone
    assert ours >= alone - 0.02


def f1(found: Found) -> float:
    """The harmonic mean of recall and precision."""
    both = found.recall + found.precision
    return 2 * found.recall * found.precision / both if both else 0.0
