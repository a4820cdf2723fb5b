"""How well a model predicts what it has not seen: progressive loss beside that of the running base rate."""

from math import log

import msgspec

_LEAST = 1e-12


def log_loss(p: float, label: bool) -> float:
    """−log of the probability given to what happened, in nats; bounded at probabilities of 1e-12."""
    return -log(max(p if label else 1.0 - p, _LEAST))


class Progress(msgspec.Struct, array_like=True):
    """Sums over predictions that were made before their labels were learned.

    The constant is the base rate so far, (positives + ½) / (n + 1): it too knows earlier labels only.
    """

    count: int = 0
    positives: int = 0
    predicted: float = 0.0
    model_loss: float = 0.0
    constant_loss: float = 0.0

    def judge(self, p: float, label: bool) -> None:
        """Score one prediction."""
        self.model_loss += log_loss(p, label)
        self.constant_loss += log_loss(self.base, label)
        self.predicted += p
        self.positives += label
        self.count += 1

    @property
    def base(self) -> float:
        """What the constant predicts next."""
        return (self.positives + 0.5) / (self.count + 1.0)

    @property
    def losses(self) -> tuple[float, float]:
        """Mean log loss of the model and of the constant, in nats; zeros before the first label."""
        return (self.model_loss / self.count, self.constant_loss / self.count) if self.count else (0.0, 0.0)

    @property
    def calibration(self) -> float:
        """Positives predicted per positive that came; 1 before the first one came."""
        return self.predicted / self.positives if self.positives else 1.0
