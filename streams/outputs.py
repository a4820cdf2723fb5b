"""Outputs of a fold, numbered by the record that caused them, with CloudEvents headers."""

from collections.abc import Callable
from functools import cache

import msgspec

from schemas.codec import encode_json, encode_msgpack
from schemas.origins import Origin
from schemas.topics import TOPICS
from streams.folding import Output
from streams.ids import decision_id

_ENCODE: dict[str, Callable[[msgspec.Struct], bytes]] = {
    topic.name: encode_json if topic.encoding == "json" else encode_msgpack for topic in TOPICS.values()
}
_SPECVERSION = ("ce_specversion", b"1.0")


@cache
def _type(event: str) -> tuple[str, bytes]:
    """The header of a CloudEvents type, of which there are a dozen."""
    return "ce_type", f"promostream.{event}".encode()


class Writer:
    """Collects the outputs of one partition; ``begin`` names the record that causes what follows."""

    def __init__(self, log: str, partition: int) -> None:
        self._log = log
        self._partition = partition
        self._source = ("ce_source", f"/promostream/{log}/{partition}".encode())
        self._epoch = ""
        self._offset = -1
        self._n = 0
        self._outputs: list[Output] = []

    def begin(self, outputs: list[Output], epoch: str, offset: int) -> None:
        """Number the outputs from 0 for the record at ``offset``."""
        self._outputs, self._epoch, self._offset, self._n = outputs, epoch, offset, 0

    def origin(self) -> Origin:
        """The origin of the next output."""
        return Origin(self._log, self._partition, self._offset, self._n)

    def decision_id(self) -> str:
        """The id that a decision written next has."""
        return decision_id(self._epoch, self._partition, self._offset, self._n)

    def put(self, topic: str, key: str, message: msgspec.Struct, *, event: str, event_id: str = "") -> None:
        """Write a message; ``event`` is its CloudEvents type, ``event_id`` its id (by default from its origin)."""
        origin = f"{self._epoch}/{self._partition}/{self._offset}/{self._n}".encode()
        headers = (
            ("origin", origin),
            _SPECVERSION,
            ("ce_id", event_id.encode() or origin),
            _type(event),
            self._source,
        )
        self._outputs.append(Output(topic, key.encode(), _ENCODE[topic](message), headers))
        self._n += 1
