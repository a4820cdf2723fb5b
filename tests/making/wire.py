"""Model snapshots as who serves them receives them."""

from typing import Any

from numpy.typing import NDArray

from schemas.codec import decode_msgpack, encode_msgpack
from schemas.models import ModelSnapshot
from streams.models.snapshots import pack, seal, unpack, verify

Arrays = dict[str, NDArray[Any]]


def over_the_wire(made: ModelSnapshot) -> ModelSnapshot:
    """The snapshot after being sealed, sent, received and verified."""
    received = decode_msgpack(encode_msgpack(seal(made)), ModelSnapshot)
    verify(received)
    return received


def arrays_over_the_wire(own: Arrays) -> Arrays:
    """A model's arrays after travelling in a snapshot."""
    made = ModelSnapshot(
        name="any",
        version=1,
        algorithm="any",
        catalogue="1",
        features=(),
        arrays={name: pack(values) for name, values in own.items()},
        trained_on=1,
        trained_until=0,
    )
    return {name: unpack(array) for name, array in over_the_wire(made).arrays.items()}
