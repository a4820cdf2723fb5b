"""The demo on a broker: topics, campaigns, the four roles and the shop as processes, watched from outside."""

import json
import os
import socket
import time
from pathlib import Path

from agents.app import ROLES
from agents.campaign_files import activation
from agents.clients import admin_client, consumer
from agents.control import write_campaigns
from agents.creation import create_topics
from agents.demo.broker import Broker
from agents.demo.console import Stage
from agents.demo.plan import PACE, QUICK, Plan, write_key
from agents.demo.processes import Processes
from agents.settings import PREFIX, Settings, read_settings
from agents.simulation.account import WATCHED, Account
from agents.simulation.on_kafka import places
from schemas.topics import TOPICS

CONFIG = PREFIX + "CONFIG"
_TURN_SECONDS = 0.1
_MOST_MESSAGES = 2000
_THREADS = {"OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}


def run_on_kafka(broker: Broker, plan: Plan, stage: Stage, account: Account) -> None:
    """Run until the time is up.

    Raises:
        Failure: a process died; all others have been ended.
        KeyboardInterrupt: somebody wants it to end; all processes have been ended.

    """
    environ = _environment(broker, plan.directory)
    settings = read_settings(environ)
    processes = Processes(_made(plan.directory / "logs"), environ)
    try:
        create_topics(settings, epoch="e1", clock="arrival")
        write_campaigns(settings, activation(plan.campaigns, "demo", "the demo's campaigns"), 0)
        stage.say("topics are made, campaigns are live; starting intake, decide, learn and coordinate")
        _start_roles(processes, stage, environ[CONFIG])
        _start_shop(processes, plan, stage)
        _watch(settings, processes, plan, stage, account)
    finally:
        stage.say("stopping the shop and the roles")
        for name in processes.stop():
            stage.say(f"{name} did not leave in time and was ended by force")
        if broker.shared:
            _remove_topics(settings)


def _environment(broker: Broker, directory: Path) -> dict[str, str]:
    """What every process of the demo is told: a settings file beside the keys; secrets of the broker are inherited."""
    given = {
        **QUICK,
        "session_timeout": "6",
        "checkpoint_interval": "5",
        "bootstrap_servers": broker.bootstrap,
        "topic_prefix": f"{directory.name}-" if broker.shared else "",
    }
    for name in ("token", "coupon"):
        write_key(directory / f"{name}.key")
        given[f"{name}_key_file"] = str(directory / f"{name}.key")
    file = directory / "settings.toml"
    file.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in given.items()), encoding="utf-8")
    inherited = {name: value for name, value in os.environ.items() if name.removeprefix(PREFIX).lower() not in given}
    return inherited | {CONFIG: str(file)} | _THREADS


def _start_roles(processes: Processes, stage: Stage, config: str) -> None:
    started = []
    for role in ROLES:
        metrics = f"127.0.0.1:{_free_port()}"
        port = metrics.rpartition(":")[2]
        started.append(processes.start(role, ["worker", role, "--metrics-port", port], metrics))
    processes.await_ready(started)
    for each in started:
        stage.say(f"{each.name} works (process {each.process.pid}); metrics: http://{each.metrics}/metrics")
    stage.say(f"logs: {started[0].log.parent}")
    stage.say(f"ask it from another terminal: {CONFIG}={config} promostream explain DECISION_ID")


def _start_shop(processes: Processes, plan: Plan, stage: Stage) -> None:
    told = ["--customers", str(plan.customers), "--seed", str(plan.seed), "--pace", str(PACE)]
    processes.start("shop", ["simulate", "--to-kafka", *told])
    stage.say(f"the shop opens: {plan.customers} customers, a day of their lives in a minute")
    stage.open()


def _watch(settings: Settings, processes: Processes, plan: Plan, stage: Stage, account: Account) -> None:
    names = {settings.topic(name): name for name in WATCHED}
    reader = consumer(settings, fetch_wait_max_ms=50)
    try:
        reader.assign(places(reader, list(names), beginning=True))
        started = time.monotonic()
        while not plan.is_over(started):
            for message in reader.consume(_MOST_MESSAGES, _TURN_SECONDS):
                topic, value = message.topic(), message.value()
                if message.error() is None and topic is not None and value is not None:
                    stage.show(account.take(names[topic], value))
            stage.refresh()
            processes.check()
    finally:
        reader.close()


def _remove_topics(settings: Settings) -> None:
    """Leave a broker that is not ours as it was."""
    client = admin_client(settings)  # held until it has answered
    removals = client.delete_topics([settings.topic(name) for name in TOPICS])
    for removal in removals.values():
        removal.exception()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _made(directory: Path) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    return directory
