"""A table in parts: which rows are predicted next, and which labels are known by then."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from streams.arrays import Floats, Ints

MOST = 4_096
"""Rows predicted, and rows learned, in one part."""


class Part(NamedTuple):
    """Rows to predict, and rows whose label is known now; before predicted row i, ``known[i]`` of them are learned."""

    learn: slice
    predict: slice
    known: Ints
    labels: Floats

    @property
    def rows(self) -> Ints:
        """The rows to learn, then those to predict: the order in which the kernels take them."""
        rows: Ints = np.r_[self.learn, self.predict]
        return rows


def parts(ready: Ints, labels: Floats, start: int, stop: int) -> Iterator[Part]:
    """The rows ``start`` … ``stop`` in parts; ``ready`` (n, never falling) counts the labels known before each row."""
    learned = int(ready[start - 1]) if start else 0
    while start < stop:
        if ready[start] - learned > MOST:
            yield replay(labels, learned, learned + MOST)
            learned += MOST
            continue
        near = ready[start : min(start + MOST, stop)]
        end = start + int(np.searchsorted(near, learned + MOST, "right"))
        reach = int(ready[end - 1])
        yield Part(slice(learned, reach), slice(start, end), ready[start:end] - learned, labels[learned:reach])
        start, learned = end, reach


def replay(labels: Floats, begin: int, end: int) -> Part:
    """A part that predicts nothing and learns the rows ``begin`` … ``end``."""
    return Part(slice(begin, end), slice(end, end), np.zeros(0, np.int64), labels[begin:end])
