"""What is the same for every fold whose checkpoint is its head alone."""


class WholeHead:
    """A fold without entries (see ``streams.folding.Fold``): ``cut`` returns its whole state."""

    def encode_frozen(self, most: int) -> list[tuple[bytes, bytes | None]]:
        """Nothing: the head holds everything."""
        del most
        return []

    def thaw(self) -> None:
        """Nothing was frozen."""

    def settle(self) -> None:
        """Nothing was frozen."""
