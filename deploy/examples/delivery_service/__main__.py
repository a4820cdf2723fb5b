"""``python -m deploy.examples.delivery_service``: serve the triggers on a broker with the fake provider."""

import argparse
import logging
import os
import signal
from threading import Event

from deploy.examples.delivery_service.memory import Memory
from deploy.examples.delivery_service.provider import FakeProvider
from deploy.examples.delivery_service.service import Delivery


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description="A delivery service that sends nothing, by the delivery contract.")
    parser.add_argument("--servers", default=os.environ.get("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092"))
    parser.add_argument("--prefix", default=os.environ.get("PROMOSTREAM_TOPIC_PREFIX", ""), help="before topic names")
    parser.add_argument("--memory", default="delivery.db", help="file that remembers what was sent")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    memory = Memory(options.memory)
    Delivery(options.servers, memory, FakeProvider().send, prefix=options.prefix).run(stop.is_set)
    memory.close()


if __name__ == "__main__":
    main()
