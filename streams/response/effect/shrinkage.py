"""How strongly each kind of function is shrunken: as the sums themselves speak for it."""

import numpy as np

from streams.arrays import Floats, Ints
from streams.response.effect.sums import PRECISION, Sums, solved

GRID = (PRECISION, 100.0, 300.0, 1_000.0, 3_000.0, 10_000.0, 1e6)
"""From the rule's own to "there is no such effect"."""
ROUNDS = 3
LEAST = 1e-3
"""Precisions that are so much less likely than the best are not weighed."""

Kinds = tuple[float, ...]


def weighed(sums: Sums, blocks: Ints) -> Floats:
    """β (d), the mean over precisions tried, each as likely as ``evidence`` says.

    ``blocks`` (d, from 0) says the kind of every function. The first kind keeps the rule's precision; the others go
    through ``GRID`` in turn, from "no such effect". On made experiments of 500 to 20,000 rows this finds more of the
    effect than 30 · I over the same functions, and than straight lines at 30 · I wherever effects are not lines.
    """
    tried = _tried(sums, blocks)
    best = max(tried.values())
    likely = {kinds: np.exp(own - best) for kinds, own in tried.items() if np.exp(own - best) > LEAST}
    betas = np.array([solved(sums, np.array(kinds)[blocks]) for kinds in likely])
    return np.asarray(np.average(betas, axis=0, weights=list(likely.values())), dtype=np.float64)


def evidence(sums: Sums, precision: Floats) -> float:
    """Log-likelihood of the sums under precisions, but for a constant: ½ gᵀβ − ½ log |I + A/λ|.

    Source: MacKay (1992), Bayesian interpolation; the sums are the likelihood's quadratic form at no effect.
    """
    scale = 1.0 / np.sqrt(precision)
    inner = np.eye(len(precision)) + scale[:, None] * sums.information * scale
    lower = np.linalg.cholesky(inner)
    half = np.linalg.solve(lower, scale * sums.score)
    return float(0.5 * half @ half - np.log(np.diag(lower)).sum())


def _tried(sums: Sums, blocks: Ints) -> dict[Kinds, float]:
    tried = dict[Kinds, float]()
    best: Kinds = (PRECISION, *(GRID[-1],) * int(blocks.max()))
    tried[best] = evidence(sums, np.array(best)[blocks])
    for _ in range(ROUNDS):
        before = best
        for kind in np.unique(blocks[blocks > 0]).tolist():
            near = [(*best[:kind], one, *best[kind + 1 :]) for one in GRID]
            tried |= {kinds: evidence(sums, np.array(kinds)[blocks]) for kinds in near if kinds not in tried}
            best = max(near, key=lambda kinds: tried[kinds])
        if best == before:
            break
    return tried
