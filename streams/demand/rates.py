"""How fast things sell, by name: decayed sums of which the strongest are kept."""

from collections.abc import Mapping
from typing import Generic, TypeVar

import msgspec

HALF_LIFE = 336.0
"""Hours after which a piece sold counts half."""

T = TypeVar("T", int, str)


class Rates(msgspec.Struct, Generic[T], array_like=True):
    """Decayed pieces by name, and the decayed hours in which they were sold; ``full`` once any was left out."""

    hour: int = -1
    hours: float = 0.0
    pieces: dict[T, float] = {}
    full: bool = False

    def learn(self, hour: int, sold: Mapping[T, int], most: int) -> None:
        """What was sold in a later hour; beyond ``most`` names the weakest leave."""
        kept = 0.5 ** (min(hour - self.hour, 100 * HALF_LIFE) / HALF_LIFE) if self.hour >= 0 else 0.0
        self.hour, self.hours = hour, self.hours * kept + 1.0
        self.pieces = {name: kept * pieces for name, pieces in self.pieces.items()}
        for name, pieces in sold.items():
            if pieces:
                self.pieces[name] = self.pieces.get(name, 0.0) + pieces
        if len(self.pieces) > most:
            self.pieces = {name: self.pieces[name] for name in self.strongest(most)}
            self.full = True

    def strongest(self, most: int) -> list[T]:
        """The names that sell most, best first; of equals the first by name."""
        return sorted(self.pieces, key=lambda name: (-self.pieces[name], name))[:most]

    def daily(self, name: T) -> float:
        """Pieces a day; 0 for what is not known."""
        return 24.0 * self.pieces.get(name, 0.0) / self.hours if self.hours else 0.0
