"""The typed adapter to numba: loops as machine code (no fast-math, no cache on disk)."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np

Loop = TypeVar("Loop", bound=Callable[..., Any])

STEEPEST = 35.0


def machine_code(loop: Loop) -> Loop:
    """A loop, compiled at its first call."""
    return cast("Loop", numba.njit(loop))


@machine_code
def sigmoid(logit: float) -> float:
    """1 / (1 + e^−logit), the logit clipped to ±35."""
    return float(1.0 / (1.0 + np.exp(-min(max(logit, -STEEPEST), STEEPEST))))
