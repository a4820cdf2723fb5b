"""A peer: the same decisions in a Quix Streams application with its state in RocksDB and a changelog.

Per record: one stateful ``apply`` that expands into outputs. Users, clock and origins go into the state of the
partition; what changed between two commits goes to the changelog once, with the offsets.
"""

from collections.abc import Iterator
from typing import Any

from quixstreams import Application, State, message_context
from quixstreams.models import Topic
from quixstreams.models.serializers import Deserializer, Serializer

from agents.runtime.memory import settle_memory
from streams.folding import LogRecord, Output
from tests.benchmarks.peers.task import Progress, Task, changed_users, clock_of, fold_all, make_folds, read_task

FASTER = {"linger.ms": 5, "compression.type": "lz4", "queue.buffering.max.messages": 1_000_000}


class OneState(Deserializer):  # type: ignore[misc]  # the library stands in the peers' environment, not in the project's
    """The key that the state goes by: one for all, because a timer of one user may fire before a record of another."""

    def __call__(self, value: bytes, ctx: Any) -> str:
        """The name of the state."""
        del value, ctx
        return "users"


class OutputValue(Serializer):  # type: ignore[misc]  # as above
    """The bytes of an output."""

    def __call__(self, value: Output, ctx: Any) -> bytes:
        """Encoded by the fold already."""
        del ctx
        return value.value


def quix_app(task: Task) -> Application:
    """The application with its pipeline; commits, and so changelogs, once per checkpoint interval."""
    app = Application(
        task.settings.bootstrap_servers,
        consumer_group=f"{task.settings.topic_prefix}quix",
        auto_offset_reset="earliest",
        commit_interval=task.settings.checkpoint_interval,
        state_dir=task.folder / "quix",
        auto_create_topics=True,
        producer_extra_config=FASTER,
        consumer_poll_timeout=0.1,
    )
    log = app.topic(task.log, value_deserializer="bytes", key_deserializer=OneState())
    topics = {name: _output_topic(app, full) for name, full in task.topics().items()}
    outputs = app.dataframe(log).apply(_Deciding(task), stateful=True, expand=True, metadata=True)
    outputs = outputs.set_headers(lambda output, *_: list(output.headers))
    outputs.to_topic(lambda output, *_: topics[output.topic], key=lambda output: output.key)
    return app


def _output_topic(app: Application, name: str) -> Topic:
    return app.topic(name, value_serializer=OutputValue(), key_serializer="bytes")


class _Deciding:
    """The function that the pipeline applies."""

    def __init__(self, task: Task) -> None:
        self._folds = make_folds(task)
        self._progress = Progress(self._folds)

    def __call__(self, value: bytes, key: str, timestamp: int, headers: Any, state: State) -> Iterator[Output]:
        del key, headers
        context = message_context()
        fold = self._folds[context.partition]
        outputs = fold_all(fold, (LogRecord(context.offset, timestamp, None, value),))
        for token, user in changed_users(fold):
            if user is None:
                state.delete(token.decode())
            else:
                state.set_bytes(token.decode(), user)
        state.set_bytes("clock", clock_of(fold))
        self._progress.folded()
        return iter(outputs)


if __name__ == "__main__":
    application = quix_app(read_task())
    settle_memory()
    application.run()
