"""Start, stop, inspect or remove a local Kafka: ``python -m deploy.kafka start``."""

import argparse
import json
import sys
import time
from pathlib import Path

from deploy.kafka.harm import kill
from deploy.kafka.jars import KafkaUnavailable
from deploy.kafka.local import LocalKafka

EXAMPLES = """\
examples:
  export KAFKA_BOOTSTRAP_SERVERS=$(python3 -m deploy.kafka start)
  python3 -m deploy.kafka start --brokers 3 --dir .run/kafka-3
  python3 -m deploy.kafka start --secure --dir .run/kafka-closed
  python3 -m deploy.kafka status --json
  python3 -m deploy.kafka kill --node 2 --back-after 40 --dir .run/kafka-3
  python3 -m deploy.kafka stop
exit codes: 0 done, 2 wrong use, 3 Kafka cannot run or does not run
"""


def _arguments() -> argparse.Namespace:
    shape = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("python3 -m deploy.kafka", None, __doc__, EXAMPLES, formatter_class=shape)
    parser.add_argument("command", choices=["start", "stop", "status", "kill", "clean"])
    parser.add_argument("--dir", type=Path, default=Path(".run/kafka"), help="its files (default: %(default)s)")
    parser.add_argument("--brokers", type=int, choices=[1, 3], default=1, help="for start (default: %(default)s)")
    parser.add_argument("--secure", action="store_true", help="for start: TLS, passwords and rights (a new directory)")
    parser.add_argument("--heap", default="384m", help="memory of each broker's JVM (default: %(default)s)")
    parser.add_argument("--node", type=int, default=1, help="for kill: which broker, as by a crash (default: 1)")
    parser.add_argument("--back-after", type=float, metavar="S", help="for kill: start it again after S seconds")
    parser.add_argument("--json", action="store_true", help="for status: print JSON")
    return parser.parse_args()


def _print_status(kafka: LocalKafka, as_json: bool) -> int:
    brokers = kafka.status()
    if as_json:
        print(json.dumps({"bootstrap": kafka.bootstrap, "brokers": [broker._asdict() for broker in brokers]}))
    elif not brokers:
        print("no local Kafka here; `start` makes one")
    else:
        for broker in brokers:
            how = "answers" if broker.answers else "starting or stuck" if broker.running else "stopped"
            print(f"broker {broker.node}  {broker.address}  pid {broker.pid}  {how}  log {broker.log}")
    return 0 if brokers and all(broker.answers for broker in brokers) else 3


def _kill(kafka: LocalKafka, node: int, back_after: float | None) -> int:
    kill(kafka, node)
    if back_after is not None:
        time.sleep(back_after)
        kafka.start()
    return 0


def main() -> int:
    """Do one command; the exit code."""
    asked = _arguments()
    kafka = LocalKafka(asked.dir, asked.brokers, asked.heap, say=lambda line: print(line, file=sys.stderr))
    if asked.command == "status":
        return _print_status(kafka, asked.json)
    if asked.command == "kill":
        return _kill(kafka, asked.node, asked.back_after)
    if asked.command == "start":
        if asked.secure:
            kafka.close_to_strangers()
        print(kafka.start())
        print(f"Apache Kafka runs; its logs are in {kafka.logs}", file=sys.stderr)
        if kafka.security.exists:
            print(f"it is closed: `. {kafka.security.folder}/admin.env` to be its administrator", file=sys.stderr)
    else:
        kafka.stop() if asked.command == "stop" else kafka.clean()
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KafkaUnavailable as error:
        print(f"local Kafka: {error}", file=sys.stderr)
        sys.exit(3)
    except KeyboardInterrupt:
        sys.exit(130)
