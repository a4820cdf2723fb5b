"""The response models that ``learn`` may publish and ``decide`` serves, by algorithm."""

from collections.abc import Callable

from schemas.models import ModelSnapshot
from streams.response.expanded.compiled import Expanded
from streams.response.logistic import Logistic

ResponseModel = Logistic | Expanded

SERVED: dict[str, Callable[[ModelSnapshot], ResponseModel]] = {
    "logistic": Logistic.from_snapshot,
    "lines": Logistic.from_snapshot,
    "bends": Expanded.from_snapshot,
    "crosses": Expanded.from_snapshot,
}
"""One line per algorithm; the first is the champion until another one is promoted."""
