"""What the Faust side and the role's side of the transport share in one process."""

import asyncio

from agents.settings import Settings
from agents.transport.batches import Owner, Place
from agents.transport.lease import Lease
from agents.transport.reader import Reader


class Port:
    """Settings, lease, reader and owner of one role; ``generation`` and ``assigned`` are the group's last word."""

    owner: Owner
    """Set by the role before its app starts."""

    def __init__(self, settings: Settings, lease: Lease, reader: Reader) -> None:
        self.settings = settings
        self.lease = lease
        self.reader = reader
        self.leaving = False
        """Nothing more is to be delivered: the group may be left at once."""
        self.rebalances = 0
        """How many rebalances have begun: what was started before the last of them is void."""
        self.topic_ids: dict[str, str] = {}
        """Ids of topics, by name on the broker: an offset that was committed for another id means nothing."""
        self.generation = -1
        self.assigned: set[Place] = set()
        self.failed: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def fail(self, reason: str) -> None:
        """This process cannot go on; the first reason (one line) counts."""
        if not self.failed.done():
            self.failed.set_result(reason)
