"""What may be offered of what was scored: stock, margin, and what was just bought."""

from collections.abc import Sequence

from streams.catalogue.item import Item


def held_back(item: Item | None, *, just_bought: bool) -> str:
    """Why an item is not offered, in words; empty where it may be: what is not known holds nothing back."""
    if just_bought:
        return "just bought"
    if item is None:
        return ""
    if item.is_out:
        return "out of stock"
    return "without margin" if item.margin is not None and item.margin <= 0 else ""


def by_margin(chances: Sequence[float], margins: Sequence[int | None]) -> list[float]:
    """Expected margins (n): ``chances`` (n, at least 0) × ``margins`` (n, above 0; None: the mean of the others)."""
    known = [margin for margin in margins if margin is not None]
    usual = sum(known) / len(known) if known else 1.0
    pairs = zip(chances, margins, strict=True)
    return [chance * (usual if margin is None else margin) for chance, margin in pairs]
