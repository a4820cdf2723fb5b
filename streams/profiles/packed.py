"""Several small counts in one integer: a profile has room for many of them, and needs to know none exactly."""

BITS = 63


class PackedCounts:
    """So many counts of so many ``bits`` each, side by side, the first one lowest; together at most 63 bits.

    When a full one is raised, all halve first: shares stay what they were, and newer things weigh more.
    """

    def __init__(self, slots: int, bits: int) -> None:
        if slots * bits > BITS:
            raise ValueError(f"{slots} counts of {bits} bits do not fit into {BITS}")
        self._shifts = tuple(range(0, slots * bits, bits))
        self.most = (1 << bits) - 1
        self._halves = sum((self.most >> 1) << shift for shift in self._shifts)

    def raised(self, counts: int, slot: int) -> int:
        """The counts with one more at ``slot``."""
        shift = self._shifts[slot]
        if counts >> shift & self.most == self.most:
            counts = counts >> 1 & self._halves
        return counts + (1 << shift)

    def added(self, counts: int, others: int) -> int:
        """Both together; where a sum is too large for its bits, all halve until none is."""
        sums = [one + other for one, other in zip(self.all(counts), self.all(others), strict=True)]
        while max(sums) > self.most:
            sums = [count >> 1 for count in sums]
        return sum(count << shift for count, shift in zip(sums, self._shifts, strict=True))

    def lowered(self, counts: int, slot: int) -> int:
        """The counts with one less at ``slot``, where it is not zero."""
        return counts - (1 << self._shifts[slot]) if self.at(counts, slot) else counts

    def at(self, counts: int, slot: int) -> int:
        """The count at ``slot``."""
        return counts >> self._shifts[slot] & self.most

    def all(self, counts: int) -> list[int]:
        """Every count, by slot."""
        return [counts >> shift & self.most for shift in self._shifts]
