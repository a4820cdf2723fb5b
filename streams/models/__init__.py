"""Which model versions are at hand, and in which form they score."""
