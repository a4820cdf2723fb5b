"""A worker that kills itself at an exact place: ``python -m tests.chaos.crashing ROLE POINT N``.

Points of outputs: ``produce``, ``delivery``. Of checkpoints: ``before-checkpoint``, ``during-checkpoint``,
``in-commit``, ``after-checkpoint``; ``opening`` is in the middle of a recovery. The N-th time is deadly. With
``coordination-error`` nobody dies: N seconds after the start a heartbeat fails as aiokafka does not expect.
"""

import asyncio
import sys
from typing import Any, cast

from aiokafka.errors import KafkaError as GroupError

from agents.app import Application, Ports, create_app
from agents.logs import set_up_logs
from agents.runtime.outputs import output_producer
from agents.runtime.storage import KafkaStorage
from agents.settings import Settings, read_settings
from agents.transport.consumer import BatchConsumer
from agents.worker import run
from tests.chaos.dying import Countdown, DyingStorage, DyingWire


async def _break_coordination(app: Application, seconds: float) -> None:
    """Once, a heartbeat fails with an error that aiokafka does not expect: it parks its coordinator."""
    await asyncio.sleep(seconds)
    consumer = cast("BatchConsumer", app.faust.consumer)
    coordinator: Any = consumer.member.consumer._coordinator
    whole = coordinator._do_heartbeat

    async def broken() -> bool:
        coordinator._do_heartbeat = whole
        raise GroupError

    coordinator._do_heartbeat = broken


def ports(point: str, number: int) -> Ports:
    """The real ports, one of them deadly."""
    countdown = Countdown(number)
    wire = {"produce": (countdown, None), "delivery": (None, countdown)}.get(point, (None, None))
    return Ports(
        wire=lambda settings: DyingWire(output_producer(settings), *wire),
        storage=lambda *place, may_act: DyingStorage(KafkaStorage(*place, may_act=may_act), point, countdown),
    )


def main(role: str, point: str, number: int) -> None:
    """Work like ``promostream worker ROLE`` until the point is reached."""
    settings = read_settings()
    set_up_logs(settings.log_level)
    tasks: list[asyncio.Task[None]] = []

    def create(told: Settings, named: str) -> Application:
        app = create_app(told, named, ports(point, number))
        if point == "coordination-error":
            tasks.append(asyncio.get_running_loop().create_task(_break_coordination(app, number)))
        return app

    run(settings, role, create)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
