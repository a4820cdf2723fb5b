"""The life of one worker process: check, join, fold, and leave within seconds."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

import uvloop

from agents.admin import require_topics
from agents.app import MADE_AGAIN, Application, create_app
from agents.errors import DONE, INTERNAL
from agents.health import HealthServer
from agents.leaving import end, listen, set_deadline
from agents.reporting import Report
from agents.rights import RIGHTS, topics_of
from agents.rights_watch import explained_by_rights, watch_rights
from agents.runtime.memory import settle_memory
from agents.settings import Settings
from agents.topic_watch import watch_topics
from agents.transport.consumer import BatchConsumer

log = logging.getLogger("promostream.worker")

WATCH = 0.5
SILENCE = 60.0
"""Seconds without an answered heartbeat after which this process gives up, for a supervisor to start another."""
CHECKPOINT_SECONDS = 12.0
GIVE_UP_SECONDS = 2.0
LEAVE_SECONDS = 5.0
REMEDY = "start this again and see what it says of its partitions"


def run(settings: Settings, role: str, create: Callable[[Settings, str], Application] = create_app) -> None:
    """Work until SIGTERM or SIGINT; ``create`` puts the role together.

    Ends the process itself, with one line and exit code 70, when it cannot go on.

    Raises:
        Failure: it cannot begin; one line.

    """
    if role == "intake":
        settings.tokens()
    if role == "decide":
        settings.coupons()
    require_topics(settings, topics_of(role), RIGHTS[role])
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        failed = runner.run(_work(settings, role, create))
        failed = explained_by_rights(settings, role, failed)
        end(f"{role}: {failed}" if failed else "", INTERNAL if failed else DONE)


async def _work(settings: Settings, role: str, create: Callable[[Settings, str], Application]) -> str:
    """From the first connection to the last; why it ended, if not by a signal."""
    signalled = listen()
    app = create(settings, role)
    health = HealthServer(app.exporter, lambda: _why_not_alive(app), lambda: _why_not_ready(app))
    await _begin(app, health)
    tasks = [
        asyncio.create_task(task)
        for task in (_step(app), _watch(app), _report(app), _watch_topics(app), watch_rights(app.port, role))
    ]
    ends: list[asyncio.Future[Any]] = [signalled, app.port.failed]
    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    clean = not app.port.failed.done()
    log.info("%s leaves%s", role, ": checkpoint, then goodbye" if clean else "")
    set_deadline()
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
    if app.beside is not None:
        await app.beside.start()
    await app.faust.start()
    settle_memory()
    where, took = f"http://{app.settings.metrics_host}:{port}/metrics", time.monotonic() - started
    log.info("%s works after %.1f s; metrics on %s", app.role, took, where)


async def _leave(app: Application, health: HealthServer, *, clean: bool) -> None:
    """Stop reading, make durable what is folded, leave the group; whatever hangs is left behind."""
    app.port.reader.withdraw()
    await app.owner.close(checkpoint=clean, seconds=CHECKPOINT_SECONDS if clean else GIVE_UP_SECONDS)
    app.port.leaving = True
    stops = [app.port.reader.stop(), app.faust.stop(), health.stop()]
    if app.beside is not None:
        stops.append(app.beside.stop())
    await asyncio.wait(list(map(asyncio.ensure_future, stops)), timeout=LEAVE_SECONDS)


async def _watch_topics(app: Application) -> None:
    await watch_topics(app.port, MADE_AGAIN.get(app.role, REMEDY))


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
        slept = time.monotonic()
        await asyncio.sleep(WATCH)
        gone = min(time.monotonic() - slept, app.port.lease.silence())
        over = await consumer.check_membership()
        if gone > app.settings.session_timeout:
            app.port.fail(f"this process stood still for {gone:.0f} s; others have taken over meanwhile")
        elif over is not None:
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
