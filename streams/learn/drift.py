"""Whether a model still gets wrong what it used to: ADWIN on its calibration error and on its loss (PROOF rule 17)."""

from collections.abc import Iterable

from streams.learn.adaptive_window import AdaptiveWindow, WindowState
from streams.response.progress import log_loss

CALIBRATION = "calibration"
RELATIVE_LOSS = "relative_loss"
INPUTS = (CALIBRATION, RELATIVE_LOSS)
DriftState = dict[str, WindowState]
"""By input."""


class DriftWatch:
    """Watches one model; restored from its state it goes on bit by bit."""

    def __init__(self, model: str, state: DriftState | None = None) -> None:
        self._model = model
        self._windows = {name: AdaptiveWindow((state or {}).get(name)) for name in INPUTS}

    def judge(self, p: float, base: float, label: bool) -> list[str]:
        """The counters of the inputs that drifted.

        ``p`` was predicted for the label before it was learned, ``base`` is what the base rate said of it.
        """
        lead = log_loss(p, label) - log_loss(base, label)
        values = {CALIBRATION: label - p, RELATIVE_LOSS: min(max(lead, -1.0), 1.0)}
        return [_total(self._model, name) for name, value in values.items() if self._windows[name].update(value)]

    def state(self) -> DriftState:
        """A copy of its state."""
        return {name: window.state() for name, window in self._windows.items()}


def drift_totals(models: Iterable[str]) -> dict[str, int]:
    """The counters of these models before the first drift."""
    return {_total(model, name): 0 for model in models for name in INPUTS}


def _total(model: str, name: str) -> str:
    return f"drift_total|{model}|{name}"
