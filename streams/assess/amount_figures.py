"""What a series of predicted amounts is worth, in the field's measures."""

import msgspec
import numpy as np

from streams.arrays import Floats
from streams.assess.figures import interval


class AmountFigures(msgspec.Struct, frozen=True):
    """A model on the scored rows, in the label's unit.

    ``r2`` is the share of the running mean's squared error that the model saves, with its 95 % interval over twenty
    consecutive blocks of rows, at most 1; None where the running mean makes no error. ``bias`` is the mean of what was
    predicted too much. ``against_constant`` is the squared error less the running mean's: mean, low and high; under
    zero is better.
    """

    mae: float
    rmse: float
    r2: float | None
    r2_interval: tuple[float, float] | None
    bias: float
    against_constant: tuple[float, float, float]


def judge_amounts(labels: Floats, amounts: Floats, constant: Floats) -> AmountFigures:
    """The figures of a model's amounts (n) beside the running mean's, on the same rows."""
    errors, other = amounts - labels, (constant - labels) ** 2
    mean, low, high = interval(errors**2 - other)
    all_of_it = float(other.mean())
    return AmountFigures(
        mae=float(np.abs(errors).mean()),
        rmse=float(np.sqrt((errors**2).mean())),
        r2=-mean / all_of_it if all_of_it else None,
        r2_interval=(-high / all_of_it, min(-low / all_of_it, 1.0)) if all_of_it else None,
        bias=float(errors.mean()),
        against_constant=(mean, low, high),
    )
