"""The deliberate faults: each breaks one promise of the runtime, and names the tests that hold it."""

from typing import NamedTuple

RECOVERY = "tests/agents/runtime/test_recovery.py"
CHECKPOINTS = "tests/agents/runtime/test_checkpoints.py"


class Fault(NamedTuple):
    """``old`` becomes ``new`` in ``file``; ``broken`` is the promise that no longer holds; ``tests`` must fail."""

    name: str
    broken: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


FAULTS = (
    Fault(
        "ack-before-delivery",
        "a checkpoint waits until its outputs are durable",
        "agents/runtime/lanes.py",
        "return self.delivered_count >= self._mark",
        "return True",
        (f"{CHECKPOINTS}::test_a_checkpoint_waits_until_its_outputs_are_durable",),
    ),
    Fault(
        "ack-before-delivery-intake",
        "input offsets are committed when what was written is delivered",
        "agents/deliveries.py",
        "while self._noted and self._noted[0][0] <= self._delivered:",
        "while self._noted:",
        ("tests/unit/agents/test_inputs.py::test_offsets_are_committed_only_when_what_was_written_is_delivered",),
    ),
    Fault(
        "no-partition-record",
        "a checkpoint's transaction holds the partition record beside the users",
        "agents/runtime/storage.py",
        "chain(entries, ((HEAD, head),))",
        "chain(entries, ())",
        ("tests/agents/runtime/test_storage.py",),
    ),
    Fault(
        "origin-rule-off",
        "a record that intake repeats counts once",
        "streams/state.py",
        "if position <= seen.get(origin.partition, (-1, -1)):",
        "if False:",
        ("tests/unit/streams/test_repeats.py",),
    ),
    Fault(
        "copy-on-write-off",
        "a user that changes while a checkpoint is written is encoded first",
        "streams/users.py",
        "def _freeze(self, token: str) -> None:\n        if token not in self._encoded:",
        "def _freeze(self, token: str) -> None:\n        if False:",
        ("tests/unit/streams/test_users.py",),
    ),
    Fault(
        "outputs-sent-again",
        "an output that is there already is not sent again",
        "agents/runtime/lanes.py",
        "if lane.tail is None or not lane.holds(output):",
        "if lane.tail is None or not lane.holds(output) or True:",
        (f"{RECOVERY}::test_records_beyond_the_checkpoint_are_folded_again_and_their_outputs_compared",),
    ),
    Fault(
        "outputs-not-compared",
        "an output that comes out differently is an alarm",
        "agents/runtime/tails.py",
        "if digest(output.key, output.value, output.headers) != entry.digest:",
        "if False:",
        (f"{RECOVERY}::test_an_output_that_comes_out_differently_is_counted_and_not_sent",),
    ),
    Fault(
        "lease-off",
        "nothing is folded without the lease",
        "agents/runtime/progress.py",
        "or self._outputs.congested or not self._may_act():",
        "or self._outputs.congested:",
        ("tests/agents/runtime/test_partition.py::test_without_the_lease_nothing_is_folded_or_checkpointed",),
    ),
)
