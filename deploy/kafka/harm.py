"""One broker of a cluster taken away, as crashes and upgrades do; ``LocalKafka.start`` brings it back."""

import os
import signal
import time

from deploy.kafka.jars import KafkaUnavailable
from deploy.kafka.local import LocalKafka

DYING_SECONDS = 5.0
LEAVING_SECONDS = 30.0


def kill(kafka: LocalKafka, node: int) -> None:
    """End a broker at once, as a crash does.

    Raises:
        KafkaUnavailable: it does not run.

    """
    _end(kafka, node, signal.SIGKILL, DYING_SECONDS)


def retire(kafka: LocalKafka, node: int) -> None:
    """End a broker politely, as an upgrade does: other brokers lead its partitions before it goes.

    Raises:
        KafkaUnavailable: it does not run, or does not end.

    """
    _end(kafka, node, signal.SIGTERM, LEAVING_SECONDS)


def _end(kafka: LocalKafka, node: int, number: signal.Signals, seconds: float) -> None:
    pid = kafka.pids.get(node)
    if pid is None:
        raise KafkaUnavailable(f"broker {node} does not run; `start` brings it back")
    os.kill(pid, number)
    deadline = time.monotonic() + seconds
    while node in kafka.pids:
        if time.monotonic() > deadline:
            raise KafkaUnavailable(f"broker {node} (pid {pid}) did not end within {seconds:.0f} s of {number.name}")
        time.sleep(0.02)
