"""Plays one scenario on a stage, brings it to rest, compares, and says how it ended."""

import contextlib
import shutil
import time
from collections.abc import Mapping
from pathlib import Path

from deploy.kafka import LocalKafka
from tests.chaos.comparing import compare_decide
from tests.chaos.comparing_inputs import compare_intake
from tests.chaos.comparing_learning import compare_coordinate, compare_learn
from tests.chaos.resting import bring_to_rest
from tests.chaos.scenario import Broken, Scenario, Verdict
from tests.chaos.sequences import Compared, joined
from tests.chaos.stage import Stage


def play(
    scenario: Scenario,
    seed: int,
    bootstrap: str,
    folder: Path,
    kafka: LocalKafka | None = None,
    environment: Mapping[str, str] | None = None,
) -> Verdict:
    """The verdict on a scenario; what a failed one leaves on the broker and in ``folder`` is kept.

    ``environment`` is given to every worker besides the stage's own.
    """
    began = time.monotonic()
    own = folder / f"{scenario.name}-{seed}"
    own.mkdir(parents=True, exist_ok=True)
    stage = Stage(scenario.name, seed, bootstrap, own, kafka, environment)
    try:
        reasons = _reasons(scenario, stage)
    finally:
        with contextlib.suppress(AssertionError):
            stage.close()
    if reasons:
        (own / "reasons").write_text("\n".join(reasons) + "\n", encoding="utf-8")
    else:
        stage.remove()
        shutil.rmtree(own)
    return Verdict(
        name=scenario.name,
        seed=seed,
        events=stage.load.made if stage.load else 0,
        passed=not reasons,
        repeats=stage.repeats,
        recovery_seconds=round(max(stage.recoveries, default=0.0), 1),
        reason="; ".join(reasons[:3]),
        where=f"topics {stage.settings.topic_prefix}*, logs {own}" if reasons else "",
        seconds=round(time.monotonic() - began, 1),
    )


def _reasons(scenario: Scenario, stage: Stage) -> list[str]:
    """Everything that should not be; empty when the scenario passed."""
    try:
        scenario.play(stage)
        if scenario.compared:
            bring_to_rest(stage)
    except (Broken, AssertionError) as broken:
        return [str(broken) or "an assertion failed", *_violations(stage)]
    except Exception as error:  # noqa: BLE001 - one scenario that breaks in another way must not end the run
        return [f"{type(error).__name__}: {error}", *_violations(stage)]
    found = compare(stage) if scenario.compared else Compared([])
    stage.repeats = found.repeats
    problems = [*found.problems, *_violations(stage), *(line for check in scenario.checks for line in check(stage))]
    if found.repeats and not scenario.zombies:
        problems.append(f"{found.repeats} outputs are there twice, and no zombie was about")
    return problems


def compare(stage: Stage) -> Compared:
    """All that the roles of the stage have left, against offline folds."""
    roles = {standing.role for standing in stage.standing}
    settings = stage.settings
    parts = [Compared([])]
    if "intake" in roles and stage.load is not None:
        parts.append(Compared(compare_intake(settings, stage.load.published)))
    if "decide" in roles:
        parts.append(compare_decide(settings))
    if "learn" in roles:
        parts.append(compare_learn(settings))
    if "coordinate" in roles:
        parts.append(compare_coordinate(settings))
    return joined(*parts)


def _violations(stage: Stage) -> list[str]:
    """What workers said and must not: a difference found in recovery, an exception nobody expected."""
    said = stage.said()
    told = [line for line in said.splitlines() if "determinism violated" in line]
    return [f"determinism_violations_total is not 0: {told[0]}"] if told else []
