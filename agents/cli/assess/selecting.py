"""What each column tells by itself, as ``assess`` shows it."""

from rich.console import Console

from agents.cli.assess.showing import table
from streams.assess.feature_selection import Feature

SHOWN = 10
NAMED = 10
WHAT_IT_IS = "mutual information with the label, of each column alone: nats × 10³ per row beyond what chance gives"


def show_features(own: Console, features: list[Feature], most: int) -> None:
    """The ``most`` most telling columns, and the names of those that are no better than chance."""
    if not features or not most:
        return
    shown = table("feature", "information", "by thirds of the time", "χ² (degrees)", "q", "over time")
    for one in features[:most]:
        thirds = ", ".join(f"{1e3 * third:.3g}" for third in one.thirds)
        tested = f"{one.chi_square:,.0f} ({one.degrees_of_freedom:,})"
        over_time: str = one.stability or "no better than chance"
        told = f"{1e3 * one.mutual_information:.3g}"
        shown.add_row(one.name, told, thirds, tested, f"{one.q_value:.2g}", over_time)
    own.print("", shown)
    hidden = f"; {len(features) - most} more: --top-features {len(features)}" if len(features) > most else ""
    own.print(f"{WHAT_IT_IS}{hidden}")
    chance = [one.name for one in features if not one.better_than_chance]
    if chance:
        names = ", ".join(chance[:NAMED]) + (", …" if len(chance) > NAMED else "")
        alone = "no better than chance alone (beside others they may tell)"
        own.print(f"{alone}: {len(chance)} of {len(features)} columns: {names}")
