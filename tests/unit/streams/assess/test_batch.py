import numpy as np

from streams.assess.batch import best_chances, refitted
from streams.assess.boosting import rows


def test_before_its_first_fit_boosting_answers_what_it_is_given() -> None:
    """One half for rare positives would make it a straw man on every row before."""
    rng = np.random.default_rng(0)
    numbers, labels = rng.normal(size=(400, 2)), (rng.random(400) < 0.05).astype(np.float64)
    table, before = rows(numbers, np.zeros((400, 0), np.int64), labels), np.full(400, 0.05)
    said = refitted(table, np.arange(400), [200], before, best_chances)
    assert said[:200].tolist() == before[:200].tolist()
    assert np.ptp(said[200:]) > 0.0
    assert refitted(table, np.arange(400), [], before, best_chances).tolist() == before.tolist()
