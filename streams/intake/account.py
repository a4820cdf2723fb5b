"""The data-quality account: what was read of each source and what became of it."""

from collections import Counter, deque
from itertools import chain

from schemas.topics import REDRIVES

MOST_AGES = 4096


class Account:
    """Totals per input topic since start; ``read`` is always accepted plus dead-lettered.

    What is redriven is read from ``redrives`` and counted there; ``redriven`` says of which topic the taken ones
    were. ``ages`` holds source and age (ms) of the last events, for whoever takes them.
    """

    def __init__(self) -> None:
        self.accepted: Counter[str] = Counter()
        self.written: Counter[str] = Counter()
        self.refused: Counter[tuple[str, str]] = Counter()
        self.repaired: Counter[tuple[str, str]] = Counter()
        self.redriven: Counter[str] = Counter()
        self.ages: deque[tuple[str, int]] = deque(maxlen=MOST_AGES)

    def redrove(self, source: str, tag: str) -> None:
        """Note a redriven message of ``source`` that was taken."""
        self.accepted[REDRIVES] += 1
        self.redriven[source] += 1
        self.written[tag] += 1

    def counters(self) -> dict[str, int]:
        """By metric name and label values, joined by ``|``: ``dead_letters_total|clicks|not_json``."""
        read = self.accepted.copy()
        for (source, _), count in self.refused.items():
            read[source] += count
        named = chain(
            ((f"read_total|{source}", count) for source, count in read.items()),
            ((f"accepted_total|{source}", count) for source, count in self.accepted.items()),
            ((f"redriven_total|{source}", count) for source, count in self.redriven.items()),
            ((f"records_total|intake|{tag}", count) for tag, count in self.written.items()),
            ((f"dead_letters_total|{source}|{reason}", count) for (source, reason), count in self.refused.items()),
            ((f"repaired_total|{source}|{field}", count) for (source, field), count in self.repaired.items()),
        )
        return dict(sorted(named))
