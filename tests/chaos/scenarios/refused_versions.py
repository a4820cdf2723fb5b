"""Models and checkpoints that this program cannot use: refused or waited for with one line; the remedy works."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np

from agents.clients import producer
from agents.runtime.partition import wall_ms
from schemas.origins import Origin
from schemas.topics import CLOSED_DECISIONS
from streams.folding import Output
from streams.learn.publishing import publish
from streams.models.snapshots import pack
from streams.state import VERSION, PartitionState
from tests.chaos.comparing import compare_partition
from tests.chaos.ground import ROOT
from tests.chaos.refusing import refused, says, stop_decide
from tests.chaos.resting import bring_to_rest
from tests.chaos.scenario import Broken, Scenario
from tests.chaos.stage import Stage
from tests.making.models import snapshot
from tests.making.topics import stored

BY_LEARN = Origin(CLOSED_DECISIONS, 0, 0, 0)


def model_missing(stage: Stage) -> None:
    """A version is activated that is not there: every partition waits, and goes on by itself when it is published."""
    _, decide = stage.open("intake", "decide")
    stage.lasts(1)
    model, activation = publish(snapshot(version=3), BY_LEARN, wall_ms())
    send(stage, activation)
    for number in range(stage.settings.partitions):
        says(stage, decide, f"user-log/{number} waits: model purchase@3 is not at hand; it is read again when `models`")
    stage.lasts(2)
    if decide.exits or decide.worker.ready():
        raise Broken(f"decide is ready, or ended with {decide.exits}, while it lacks a model")
    with stage.recovery("decide"):
        send(stage, model)
    stage.lasts(1)


def model_corrupt(stage: Stage) -> None:
    """An activated snapshot does not fit its checksum: refused; after it is published again a new start goes on."""
    _, decide = stage.open("intake", "decide")
    stage.lasts(1)
    sound = snapshot(version=1)
    torn = msgspec.structs.replace(sound, arrays=sound.arrays | {"intercept": pack(np.array([9.0]))})
    model, activation = publish(sound, BY_LEARN, wall_ms())
    send(stage, publish(torn, BY_LEARN, wall_ms())[0])
    send(stage, activation)
    for number in range(stage.settings.partitions):
        refused(stage, number, "model purchase@1 does not fit its checksum; publish it again")
    send(stage, model)
    with stage.recovery("decide"):
        stop_decide(stage)
        decide.back()
    stage.lasts(1)


def state_of_a_newer_version(stage: Stage) -> None:
    """A program is taken back to an older version: refused, and the newer one goes on from its own checkpoints."""
    older, newer = stage.environment["PYTHONPATH"], newer_program(stage.folder / "newer")
    stage.environment["PYTHONPATH"] = str(newer)
    _, decide = stage.open("intake", "decide")
    stage.lasts(2)
    stop_decide(stage)
    stage.environment["PYTHONPATH"] = older
    decide.back()
    known = f"the checkpoint has state version {VERSION + 1}, this program reads {VERSION}; run the program"
    for number in range(stage.settings.partitions):
        refused(stage, number, known)
    stop_decide(stage)
    stage.environment["PYTHONPATH"] = str(newer)
    with stage.recovery("decide"):
        decide.back()
    bring_to_rest(stage)


def newer_program(folder: Path) -> Path:
    """A copy of this program whose state has the next version."""
    for package in ("agents", "streams", "schemas"):
        shutil.copytree(ROOT / package, folder / package)
    file = folder / "streams" / "state.py"
    text, line = file.read_text(encoding="utf-8"), f"\nVERSION = {VERSION}\n"
    assert text.count(line) == 1, "streams/state.py does not say its version any more"
    file.write_text(text.replace(line, f"\nVERSION = {VERSION + 1}\n"), encoding="utf-8")
    return folder


def exact_but_for_the_version(stage: Stage) -> Iterator[str]:
    """State and outputs of every partition, as if this version had folded them."""
    for number in range(stage.settings.partitions):
        state = stored(stage.settings, number)
        if state is None:
            yield f"user-log/{number} has no checkpoint"
            continue
        head = msgspec.msgpack.decode(state.head, type=PartitionState)
        if head.version != VERSION + 1:
            yield f"user-log/{number} has state version {head.version}"
        head.version = VERSION
        yield from compare_partition(stage.settings, number, state._replace(head=head.encoded())).problems


def send(stage: Stage, output: Output) -> None:
    """Put one message where a role would."""
    sender = producer(stage.settings)
    sender.produce(stage.settings.topic(output.topic), output.value, output.key, 0)
    assert sender.flush(30) == 0


SCENARIOS = (
    Scenario("model-missing", model_missing),
    Scenario("model-corrupt", model_corrupt),
    Scenario("state-of-a-newer-version", state_of_a_newer_version, compared=False, checks=(exact_but_for_the_version,)),
)
