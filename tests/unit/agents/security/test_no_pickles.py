"""Nothing that comes over the network is ever unpickled: a pickle is a program of whoever wrote it."""

import ast
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.codec import decode_json
from schemas.dead_letters import DeadLetter
from schemas.topics import DEAD_LETTERS, INTAKE_SOURCES
from streams.intake.fold import IntakeFold, IntakeSettings, SourceRecord

ROOT = Path(__file__).parents[4]
OWN = ("schemas", "streams", "agents")
UNPICKLING = {"pickle", "_pickle", "cPickle", "joblib", "dill", "cloudpickle", "shelve", "marshal", "jsonpickle"}
CODECS = {"faust.serializers", "faust.serializers.codecs", "faust.models"}
"""Faust registers a codec named pickle there; ours are bytes that the fold decodes."""
UNSAFE = {"yaml.load", "yaml.unsafe_load", "yaml.full_load", "np.load", "numpy.load", "pd.read_pickle", "eval", "exec"}
CANARY = "import sys; sys.exit('a pickle ran')"


class Bomb:
    """Runs a program when it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return exec, (CANARY,)


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Every module of ours."""
    for package in OWN:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> Iterator[str]:
    """What a module imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_no_module_imports_what_unpickles() -> None:
    """Nor Faust's serialisers, of which one does; and no call reads objects out of files or evaluates text."""
    found = [f"{path}: {name}" for path, tree in modules() for name in imported(tree)]
    wrong = [line for line in found if line.rpartition(": ")[2].partition(".")[0] in UNPICKLING]
    wrong += [line for line in found if line.rpartition(": ")[2] in CODECS]
    calls = [
        f"{path}:{node.lineno}: {ast.unparse(node.func)}"
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in UNSAFE
    ]
    assert wrong + calls == []


@pytest.mark.parametrize("topic", INTAKE_SOURCES)
@pytest.mark.parametrize("protocol", [0, 2, 5])
def test_a_pickle_on_an_input_topic_is_a_dead_letter(topic: str, protocol: int) -> None:
    """As any other bytes that are no message: its program does not run, its bytes are kept."""
    pickled = pickle.dumps(Bomb(), protocol)
    for key in (None, pickled):
        fold = IntakeFold(IntakeSettings(token_key=bytes(32), partitions=2))
        headers = (("serializer", b"pickle"), ("__class__", pickled))
        outputs = fold.fold(topic, 0, [SourceRecord(7, 1_790_000_000_000, key, pickled, headers)], 1_790_000_000_000)
        letters = [decode_json(output.value, DeadLetter) for output in outputs if output.topic == DEAD_LETTERS]
        assert len(letters) == 1


WORKER = """
import pickle

from agents import app, worker  # all that a worker imports
from agents.transport.application import BatchSchema


def refuse(*arguments, **options):
    raise SystemExit("unpickled")


pickle.loads = pickle.load = pickle.Unpickler = refuse
message = type("Message", (), {"key": pickle.dumps("key"), "value": object()})()
assert BatchSchema().loads_value(None, message) is message.value
assert BatchSchema().loads_key(None, message) is None
"""


def test_fausts_own_codecs_see_no_message() -> None:
    """Our schema hands batches on as they are; keys are not even looked at."""
    ended = subprocess.run([sys.executable, "-c", WORKER], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
