"""One broker: its configuration, its process, and how to tell that a process is it and nobody else."""

import subprocess
from pathlib import Path
from typing import TypedDict

from deploy.kafka.probe import HOST

LOGGING = Path(__file__).with_name("log4j2.properties")
COLLECTOR = ["-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20", "-XX:InitiatingHeapOccupancyPercent=35", "-XX:-UsePerfData"]


class Broker(TypedDict):
    """What ``cluster.json`` keeps of one broker; ``pid`` is 0 while it has not been started.

    ``mutual_port`` is used by closed clusters only: there clients and brokers show certificates.
    """

    node: int
    port: int
    mutual_port: int
    controller_port: int
    pid: int


def properties(broker: Broker, quorum: list[Broker], data: Path) -> str:
    """The broker's ``server.properties``: a combined broker and controller for one machine, quick to start."""
    copies = min(len(quorum), 3)
    voters = ",".join(f"{each['node']}@{HOST}:{each['controller_port']}" for each in quorum)
    values: dict[str, object] = {
        "process.roles": "broker,controller",
        "node.id": broker["node"],
        "controller.quorum.voters": voters,
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://{HOST}:{broker['port']},CONTROLLER://{HOST}:{broker['controller_port']}",
        "advertised.listeners": f"PLAINTEXT://{HOST}:{broker['port']}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": data,
        "auto.create.topics.enable": "false",
        "default.replication.factor": copies,
        "offsets.topic.num.partitions": 4,
        "offsets.topic.replication.factor": copies,
        "transaction.state.log.num.partitions": 4,
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": max(1, copies - 1),
        "min.insync.replicas": max(1, copies - 1),  # of the groups' offsets too
        "share.coordinator.state.topic.num.partitions": 1,
        "share.coordinator.state.topic.replication.factor": copies,
        "group.initial.rebalance.delay.ms": 0,
        "group.min.session.timeout.ms": 1000,  # tests of lost workers want short sessions
        "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,  # its default is half of this heap
        "log.segment.delete.delay.ms": 1000,
        "log.retention.check.interval.ms": 5000,  # its default is five minutes
        "log.initial.task.delay.ms": 5000,
    }
    return "".join(f"{name}={value}\n" for name, value in values.items())


def storage_tool(java: str, jars: Path, cluster_id: str, config: Path) -> list[str]:
    """The command that formats a broker's data directory."""
    command = [java, "-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-cp", f"{jars}/*"]
    return [*command, "kafka.tools.StorageTool", "format", "--cluster-id", cluster_id, "--config", str(config)]


def launch(
    java: str, jars: Path, config: Path, heap: str, log: Path, environment: dict[str, str]
) -> subprocess.Popen[bytes]:
    """Start a broker in a session of its own: a Ctrl-C at the terminal is not meant for it."""
    command = [java, f"-Xmx{heap}", *COLLECTOR, f"-Dlog4j2.configurationFile={LOGGING}", "-Djava.awt.headless=true"]
    command += ["-cp", f"{jars}/*", "kafka.Kafka", str(config)]
    with log.open("ab") as out:
        return subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )


def is_running(pid: int, config: Path) -> bool:
    """Whether the process lives and is the broker with that configuration file, not a later owner of its id.

    One that is just being born or dying has no command line but holds ports and files: it counts.
    """
    if not pid:
        return False
    if not Path("/proc/self/stat").exists():
        asked = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
        return str(config) in subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    try:
        arguments = Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace").split("\0")
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX" and (str(config) in arguments or arguments == [""])
