"""The log line of a challenger's promotion, once per promotion and process."""

from collections.abc import Iterable

from schemas.models import Promotion
from streams.folding import Fold
from streams.learn import ResponseLearning


class PromotionNews:
    """Remembers what was told."""

    def __init__(self) -> None:
        self._told: dict[str, Promotion] = {}

    def lines(self, folds: Iterable[Fold]) -> list[str]:
        """A line for each promotion that these folds know of and that was not told yet."""
        found = [
            (name, promotion)
            for fold in folds
            if isinstance(fold, ResponseLearning)
            for name, promotion in fold.promotions().items()
            if self._told.get(name) != promotion
        ]
        self._told.update(found)
        return [_line(name, promotion) for name, promotion in found]


def _line(name: str, promotion: Promotion) -> str:
    value = promotion.value_bound
    worth = "" if value is None else f", and a decision is worth {value:+.2f} minor units more at least"
    return (
        f"model {name}: {promotion.algorithm} is champion instead of {promotion.instead_of}: over "
        f"{promotion.decisions} decisions its log loss is {promotion.lead:.4f} lower, {promotion.lead_bound:.5f} at "
        f"least (level {promotion.level:.4f}){worth}"
    )
