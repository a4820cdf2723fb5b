"""The life of one worker process: check, join, fold, and leave within seconds."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading
import time
from typing import Any

import uvloop

from agents.admin import require_topics
from agents.app import ROLES, Application, create_app
from agents.errors import INTERNAL
from agents.health import HealthServer
from agents.reporting import Report
from agents.runtime.memory import settle_memory
from agents.settings import Settings
from agents.transport.consumer import BatchConsumer
from schemas.topics import TOPICS

log = logging.getLogger("promostream.worker")

WATCH = 0.5
SILENCE = 60.0
"""Seconds without an answered heartbeat after which this process gives up, for a supervisor to start another."""
CHECKPOINT_SECONDS = 15.0
GIVE_UP_SECONDS = 2.0
LEAVE_SECONDS = 5.0
MOST_SECONDS = 28.0
"""The longest way out: after that the process ends as if killed, which is safe at any moment."""


def run(settings: Settings, role: str) -> None:
    """Work until SIGTERM or SIGINT.

    Ends the process itself, with one line and exit code 70, when it cannot go on.

    Raises:
        Failure: it cannot begin; one line.

    """
    if role == "intake":
        settings.tokens()
    if role == "decide":
        settings.coupons()
    require_topics(settings, {*ROLES[role], *(name for name, topic in TOPICS.items() if not topic.public_input)})
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        failed = runner.run(_work(settings, role))
        if failed:  # clients that hang are left behind: the state is as after a kill
            _end(f"{role}: {failed}", INTERNAL)


async def _work(settings: Settings, role: str) -> str:
    """From the first connection to the last; why it ended, if not by a signal."""
    signalled = _listen()
    app = create_app(settings, role)
    health = HealthServer(app.exporter, lambda: _why_not_alive(app), lambda: _why_not_ready(app))
    await _begin(app, health)
    tasks = [asyncio.create_task(task) for task in (_step(app), _watch(app), _report(app))]
    ends: list[asyncio.Future[Any]] = [signalled, app.port.failed]
    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    clean = not app.port.failed.done()
    log.info("%s leaves%s", role, ": checkpoint, then goodbye" if clean else "")
    _set_deadline()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await _leave(app, health, clean=clean)
    return _why_not_alive(app)


async def _begin(app: Application, health: HealthServer) -> None:
    """Serve, read, join."""
    started = time.monotonic()
    port = await health.start(app.settings.metrics_host, app.settings.metrics_port)
    app.port.reader.start()
    if app.models is not None:
        await app.models.start()
    await app.faust.start()
    settle_memory()
    where, took = f"http://{app.settings.metrics_host}:{port}/metrics", time.monotonic() - started
    log.info("%s works after %.1f s; metrics on %s", app.role, took, where)


async def _leave(app: Application, health: HealthServer, *, clean: bool) -> None:
    """Stop reading, make durable what is folded, leave the group."""
    app.port.reader.withdraw()
    await app.owner.close(checkpoint=clean, seconds=CHECKPOINT_SECONDS if clean else GIVE_UP_SECONDS)
    app.port.leaving = True
    await app.port.reader.stop()
    if app.models is not None:
        await app.models.stop()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(app.faust.stop(), LEAVE_SECONDS)
    await health.stop()


async def _step(app: Application) -> None:
    while True:
        try:
            pause = await app.owner.step()
        except Exception as error:  # noqa: BLE001 - the fold's loop must not go on without its steps
            app.port.fail(f"a step failed ({type(error).__name__}: {error})")
            return
        await asyncio.sleep(pause)


async def _watch(app: Application) -> None:
    """What Faust, aiokafka and the threads would not tell of themselves."""
    consumer = app.faust.consumer
    assert isinstance(consumer, BatchConsumer)  # noqa: S101 - our own transport made it
    told: set[object] = set()
    while True:
        await asyncio.sleep(WATCH)
        over = await consumer.check_membership()
        if over is not None:
            app.port.fail(f"the membership of the consumer group is over ({over})")
        elif app.port.lease.silence() > SILENCE:
            app.port.fail(f"no heartbeat was answered for {SILENCE:.0f} s")
        elif app.port.reader.failed:
            app.port.fail(f"reading failed ({app.port.reader.failed})")
        elif app.faust.crashed:
            app.port.fail(f"Faust crashed ({app.faust.crash_reason})")
        for place, problem in app.port.reader.refused.items():
            if place not in told:
                told.add(place)
                log.error("%s/%d is not read: %s", place.topic, place.partition, problem)


async def _report(app: Application) -> None:
    report = Report(app)
    while True:
        report.update()
        await asyncio.sleep(1.0)


def _why_not_alive(app: Application) -> str:
    return app.port.failed.result() if app.port.failed.done() else ""


def _why_not_ready(app: Application) -> str:
    if not app.port.lease.may_act():
        return "no lease: the group's coordinator has not answered"
    if not app.port.assigned:
        return "" if app.port.generation >= 0 else "not in the group yet"
    unread = [f"{p.topic}/{p.partition} is not read: {why}" for p, why in dict(app.port.reader.refused).items()]
    return "; ".join((*app.owner.problems(), *unread))


def _listen() -> asyncio.Future[None]:
    """Done at the first SIGTERM or SIGINT; the longest way out begins there, even if nothing has begun yet."""
    loop = asyncio.get_running_loop()
    signalled: asyncio.Future[None] = loop.create_future()

    def note() -> None:
        if not signalled.done():
            signalled.set_result(None)
            _set_deadline()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, note)
    return signalled


def _set_deadline() -> None:
    """However a client hangs, this process ends; a kill is safe at any moment."""
    timer = threading.Timer(MOST_SECONDS, _end, ("the way out took too long; ended as if killed", INTERNAL + 1))
    timer.daemon = True
    timer.start()


def _end(reason: str, code: int) -> None:
    sys.stderr.write(f"promostream: {reason}\n")
    sys.stderr.flush()
    os._exit(code)
