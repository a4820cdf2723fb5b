from itertools import pairwise

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from streams.arrays import Floats
from streams.segments.k_means import BATCH, Centres, KMeans
from streams.segments.naming import Names, first_names, names_after
from tests.making.customers import COLUMNS, KINDS, rows_of

VERSIONS = 12
DRIFT = 0.02
"""Per version, of all activity: a quarter more at the end than at the beginning."""


def form(*centres: float) -> Centres:
    """Clusters on a line."""
    return Centres({"centres": np.array(centres)[:, None], "means": np.zeros(1), "units": np.ones(1)})


LINE: Floats = np.linspace(0.0, 10.0, 101)[:, None]


def test_a_cluster_keeps_its_name_wherever_it_stands_in_the_list() -> None:
    """Names follow from who is in a cluster, not from its number."""
    old = Names((4, 2, 9), 9)
    assert names_after(old, form(1, 5, 9), form(8.8, 1.2, 5.1), LINE, 99) == Names((9, 4, 2), 9)


def test_a_new_cluster_gets_a_new_name() -> None:
    """What came in the place of nothing that was is called by a number never given before."""
    assert names_after(Names((1, 2), 2), form(1, 9), form(1, 9, 30), np.vstack([LINE, [[30.0]] * 9]), 99) == Names(
        (1, 2, 3), 3
    )


def test_a_name_that_left_does_not_come_back_for_another_cluster() -> None:
    """The number after the last is taken, not the one that has become free."""
    rows = np.vstack([LINE[:40], [[30.0]] * 40])
    later = names_after(Names((1, 2), 2), form(1, 9), form(1, 30), rows, 99)
    assert later == Names((1, 3), 3)


def test_a_cluster_without_rows_of_late_keeps_its_name() -> None:
    """The anchors count as rows: nobody came by, but the cluster has not moved."""
    assert names_after(Names((1, 2, 3), 3), form(1, 9, 50), form(1, 9, 50), LINE, 99).numbers == (1, 2, 3)


def test_numbers_go_round_past_those_in_use() -> None:
    """Labels are a fixed list that campaigns are checked against; the one that is free longest is next."""
    rows = np.vstack([LINE[:40], [[30.0]] * 40])
    assert names_after(Names((1, 5), 5), form(1, 9), form(1, 30), rows, 5) == Names((1, 2), 2)


def versions(*, named: bool) -> tuple[list[Centres], list[Names]]:
    """Versions learned from slowly drifting customers, each from its own seed, as after a loss of all state."""
    forms, names = list[Centres](), list[Names]()
    for number in range(VERSIONS):
        learner = KMeans(COLUMNS, seed=100 + number, clusters=len(KINDS))
        rows, _ = rows_of(number, 2 * BATCH, number * DRIFT)
        learner.learn(rows)
        forms.append(learner.form())
        known = named and number
        found = names_after(names[-1], forms[-2], forms[-1], rows, 99) if known else first_names(len(KINDS))
        names.append(found)
    return forms, names


def labels_of(forms: list[Centres], names: list[Names], rows: Floats) -> list[list[int]]:
    """What the customers are called, version by version."""
    return [[own.numbers[k] for k in form.assign(rows)] for form, own in zip(forms, names, strict=True)]


@pytest.mark.parametrize(("named", "agree"), [(True, True), (False, False)])
def test_names_stay_with_what_they_meant(named: bool, agree: bool) -> None:
    """Over all versions of slowly drifting customers, names against kinds: adjusted Rand index of at least 0.8.

    The control, clusters called by their numbers, is under it, and so is every second pair of versions' agreement.
    """
    rows, kinds = rows_of(999, 1_000, VERSIONS * DRIFT / 2)
    labels = labels_of(*versions(named=named), rows)
    pooled = adjusted_rand_score(np.tile(kinds, VERSIONS), np.concatenate(labels))
    same = [float(np.mean(np.array(one) == np.array(other))) for one, other in pairwise(labels)]
    assert (pooled >= 0.8) is agree, pooled
    assert (float(np.median(same)) >= 0.9) is agree, same
    assert min(adjusted_rand_score(one, other) for one, other in pairwise(labels)) >= 0.8
