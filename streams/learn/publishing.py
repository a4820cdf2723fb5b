"""What goes out when a model is ready: its snapshot on ``models``, then its activation on ``control``."""

from schemas.codec import encode_msgpack
from schemas.models import ModelSnapshot
from schemas.origins import Origin
from schemas.records import ModelActivated, Record
from schemas.topics import CONTROL, MODELS
from streams.folding import Output

ACTIVATED = b"model"
"""Key of an activation on ``control``."""


def publish(snapshot: ModelSnapshot, origin: Origin, at: int) -> list[Output]:
    """The two messages of a sealed snapshot, caused by the log record at ``origin``; ``at`` is log time in ms."""
    body = ModelActivated(snapshot.name, snapshot.version, snapshot.sha256)
    record = Record(origin=origin, written_at=at, user="", body=body)
    headers = (("origin", origin.text.encode()),)
    return [
        Output(MODELS, snapshot.key.encode(), encode_msgpack(snapshot), headers),
        Output(CONTROL, ACTIVATED, encode_msgpack(record), headers),
    ]
