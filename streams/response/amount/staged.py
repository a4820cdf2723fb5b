"""Experts of amounts that hang on knots and on the columns that tell most: placed anew as the table grows."""

import numpy as np

from streams.arrays import Floats
from streams.response.amount.experts import PAIR, Crosses, Expert, Hurdle, LeastSquares
from streams.response.progressive.columns import Columns
from streams.response.progressive.picked import Hats, Picked, by_what_they_tell
from streams.response.progressive.rows import MOST, replay

PRIOR, HAT_PRIOR = 0.3, 1.0
KEEP = 0.9998
"""What a label leaves of what was learned before, in the experts that forget."""
STAGES = (200, 2_000, 20_000)
"""Rows after which knots are placed again, over the rows before; what hangs on them starts anew on as many labels."""
MEMORY = 20_000
MOST_HATS, MOST_BENT, MOST_PRODUCTS, MOST_PAIRED, MOST_TRIPLED = 200, 40, 16, 24, 8
FINE = 33
KNOTS = (4, 11, 17)
"""At most, of a column that is bent, at each of the stages."""


def placed(columns: Columns, labels: Floats, start: int, known: int) -> dict[str, Expert]:
    """Experts by the rows before ``start`` and the first ``known`` of their ``labels``; they have learned nothing."""
    begin, old = max(start - MEMORY, 0), max(known - MEMORY, 0)
    own = labels[old:known]
    ranked = by_what_they_tell(columns, (labels > own.mean()).astype(np.float64), old, known)
    bent, multiplied, paired, tripled = (
        Picked(columns, np.sort(ranked[:most])) for most in (MOST_BENT, MOST_PRODUCTS, MOST_PAIRED, MOST_TRIPLED)
    )
    most = max(3, min(KNOTS[STAGES.index(start)], MOST_HATS // bent.count - 1))
    hats = Hats(bent, bent.quantiles(begin, start, most))
    fresh: dict[str, Expert] = {
        "hats": LeastSquares(hats.encode, hats.size, HAT_PRIOR),
        "hats forgetting": LeastSquares(hats.encode, hats.size, HAT_PRIOR, KEEP),
        "products": LeastSquares(multiplied.products, multiplied.products_size, PRIOR),
        "hurdle": Hurdle(hats.encode, hats.size, HAT_PRIOR, _unit(own), len(labels)),
    }
    scale = float(own.std()) or 1.0
    if columns.count > 1:
        fresh["pairs"] = Crosses(paired, paired.quantiles(begin, start, FINE), scale)
    if columns.count > PAIR:
        fresh["triples"] = Crosses(tripled, tripled.quantiles(begin, start, FINE), scale, order=3)
    return fresh


def teach(experts: dict[str, Expert], labels: Floats, known: int, single: Floats) -> None:
    """The last ``MEMORY`` of the ``known`` labels; crosses learn what ``single`` (n) leaves, others the first label."""
    for at in range(max(known - MEMORY, 0), known, MOST):
        part = replay(labels, at, min(at + MOST, known))
        for expert in experts.values():
            before = single[part.rows] if isinstance(expert, Crosses) else np.full(len(part.rows), labels[0])
            expert.advance(part, before)


def _unit(labels: Floats) -> float:
    """What an amount is, in the middle."""
    sizes = np.abs(labels[labels != 0.0])
    return float(np.median(sizes)) if len(sizes) else 1.0
