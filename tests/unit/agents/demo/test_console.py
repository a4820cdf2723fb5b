"""What the demo shows."""

import io

from rich.console import Console

from agents.demo.console import Stage
from agents.simulation.account import Account, Kind, Sight

KINDS: tuple[Kind, ...] = ("trigger", "refused", "outcome")


def shown(sights: list[tuple[float, Sight]]) -> list[str]:
    """The lines of a plain console, for sights at their seconds."""
    now, out = [0.0], io.StringIO()
    stage = Stage(Console(file=out, width=200), lambda: now[0])
    stage.open()
    for at, sight in sights:
        now[0] = at
        stage.show(sight)
    return out.getvalue().splitlines()


def test_the_first_of_each_kind_is_shown_at_once() -> None:
    """However much happens, nobody waits for the first trigger or refusal."""
    lines = shown([(0.01 * k, Sight(kind, "it happened")) for k, kind in enumerate(KINDS * 50)])
    assert [line.split()[2] for line in lines] == list(KINDS)


def test_a_flood_stays_readable() -> None:
    """A thousand triggers in ten seconds are at most six lines; a model is always told."""
    flood = [(0.01 * k, Sight("trigger", "it happened")) for k in range(1000)]
    models = [(9.99, Sight("model", f"decide took up click@{k}")) for k in range(3)]
    lines = shown(flood + models)
    assert sum("trigger" in line for line in lines) <= 6
    assert sum("model" in line for line in lines) == 3


def test_totals_come_now_and_then() -> None:
    """Without a terminal the totals are a line every ten seconds."""
    now, out = [0.0], io.StringIO()
    stage = Stage(Console(file=out, width=200), lambda: now[0])
    stage.open()
    with stage.following(Account()):
        for second in range(35):
            now[0] = float(second)
            stage.refresh()
    assert out.getvalue().count("totals") == 3
    assert stage.elapsed == 34.0
