"""A cluster as its directory keeps it: identity, ports and process ids of its brokers, and where their files are."""

import base64
import json
import os
import signal
import subprocess
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Literal

from deploy.kafka.broker import Broker, is_running
from deploy.kafka.probe import HOST, Metadata, ask, free_ports, is_free
from deploy.kafka.security import Security

LETTING_GO_SECONDS = 3.0
PORTS: tuple[Literal["port", "mutual_port", "controller_port"], ...] = ("port", "mutual_port", "controller_port")


class Cluster:
    """The brokers of one directory; what is changed here is written to its ``cluster.json`` by ``save``."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.absolute()
        self.logs = self.directory / "logs"
        self.file = self.directory / "cluster.json"
        self.security = Security(self.directory / "security")
        self.cluster_id = ""
        self.brokers: list[Broker] = []
        self._children: dict[int, subprocess.Popen[bytes]] = {}
        self.refresh()

    def refresh(self) -> None:
        """Take over what another process has written down meanwhile."""
        if self.file.exists():
            kept = json.loads(self.file.read_text(encoding="utf-8"))
            self.cluster_id = kept["cluster_id"]
            self.brokers = kept["brokers"]

    @property
    def bootstrap(self) -> str:
        """The bootstrap servers; empty before the first start."""
        return ",".join(f"{HOST}:{broker['port']}" for broker in self.brokers)

    @property
    def pids(self) -> dict[int, int]:
        """The process ids of the running brokers by node id."""
        return {broker["node"]: broker["pid"] for broker in self.brokers if self.is_running(broker)}

    def config(self, broker: Broker) -> Path:
        """The broker's configuration file; its data lie beside it."""
        return self.directory / f"broker-{broker['node']}" / "server.properties"

    def log(self, broker: Broker) -> Path:
        """What the broker said."""
        return self.logs / f"broker-{broker['node']}.log"

    def is_running(self, broker: Broker) -> bool:
        """Whether the broker's own process lives."""
        child = self._children.get(broker["pid"])
        return is_running(broker["pid"], self.config(broker)) if child is None else child.poll() is None

    def adopt(self, broker: Broker, child: subprocess.Popen[bytes]) -> None:
        """Write down that this process of ours is the broker."""
        self._children[child.pid] = child
        broker["pid"] = child.pid
        self.save()

    def reap(self) -> None:
        """Let go of our processes that have ended, also of those that another process has replaced."""
        self._children = {pid: child for pid, child in self._children.items() if child.poll() is None}

    def signal(self, number: signal.Signals) -> None:
        """Signal the brokers that run."""
        for broker in self.brokers:
            if self.is_running(broker):
                with suppress(ProcessLookupError):
                    os.kill(broker["pid"], number)

    def metadata(self, broker: Broker) -> Metadata | None:
        """What the listener on the broker's port knows; None unless it belongs to this cluster."""
        context = self.security.context() if self.security.exists else None
        answer = ask(broker["port"] if context is None else broker["mutual_port"], tls=context)
        return answer if answer and answer.cluster_id == self.cluster_id else None

    def ports_are_free(self) -> bool:
        """Whether all ports of the cluster can be had, at once or when a dying broker has let go of them."""
        ports = [each[kind] for each in self.brokers for kind in PORTS if kind in each]
        deadline = time.monotonic() + LETTING_GO_SECONDS
        while not all(is_free(port) for port in ports):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True

    def plan(self, count: int) -> None:
        """Give every broker its ports; those of before are kept while they can be had: clients may know them."""
        if self.pids or (self.brokers and self.ports_are_free()):
            return
        ports = iter(free_ports(len(PORTS) * count))
        self.brokers = [
            Broker(node=node, port=next(ports), mutual_port=next(ports), controller_port=next(ports), pid=0)
            for node in range(1, count + 1)
        ]
        if not self.cluster_id:  # "K": an id must not begin with a hyphen
            self.cluster_id = "K" + base64.urlsafe_b64encode(uuid.uuid4().bytes)[1:22].decode()
        self.logs.mkdir(parents=True, exist_ok=True)
        self.save()

    def save(self) -> None:
        """Write the cluster down, so that another process can ask and stop it."""
        kept = json.dumps({"cluster_id": self.cluster_id, "brokers": self.brokers})
        fresh = self.file.with_suffix(".new")
        fresh.write_text(kept, encoding="utf-8")
        fresh.rename(self.file)
