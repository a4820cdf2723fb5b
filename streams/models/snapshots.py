"""Snapshots are plain arrays under a checksum: packing, sealing, verifying. Never a pickle."""

from hashlib import sha256
from math import prod
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from schemas.codec import encode_msgpack
from schemas.models import Array, ModelSnapshot
from streams.folding import Refusal

DTYPES = ("float64", "float32", "int64", "int32", "int16", "uint8")
"""What a snapshot may hold; everything else is refused before NumPy sees it."""

MOST_DIMENSIONS, MOST_NUMBERS = 4, 1 << 24
"""More is no model of ours: a message holds 8 MB."""


def pack(values: NDArray[Any]) -> Array:
    """An array as little-endian bytes in C order.

    Raises:
        ValueError: the dtype is not one of ``DTYPES``.

    """
    name = values.dtype.newbyteorder("=").name
    if name not in DTYPES:
        raise ValueError(f"a snapshot holds {', '.join(DTYPES)}, not {name}")
    little = np.ascontiguousarray(values, dtype=np.dtype(name).newbyteorder("<"))
    return Array(dtype=name, shape=values.shape, data=little.tobytes())


def unpack(array: Array) -> NDArray[Any]:
    """A fresh, writable array in native byte order.

    Raises:
        Refusal: a foreign dtype, or bytes that do not fit the shape.

    """
    fits = len(array.shape) <= MOST_DIMENSIONS and prod(max(size, 1) for size in array.shape) <= MOST_NUMBERS
    if array.dtype not in DTYPES or not fits or min(array.shape, default=0) < 0:
        raise Refusal(f"a snapshot array of {array.dtype}{list(array.shape)}", "publish the model again")
    dtype = np.dtype(array.dtype)
    if len(array.data) != prod(array.shape) * dtype.itemsize:
        raise Refusal(f"a snapshot array has {len(array.data)} bytes for {array.shape}", "publish the model again")
    little = np.frombuffer(array.data, dtype=dtype.newbyteorder("<"))
    return little.astype(dtype).reshape(array.shape)


def digest(snapshot: ModelSnapshot) -> str:
    """The SHA-256 over algorithm, features and arrays (sorted by name), in hex."""
    content = (snapshot.algorithm, snapshot.features, sorted(snapshot.arrays.items()))
    return sha256(encode_msgpack(content)).hexdigest()


def seal(snapshot: ModelSnapshot) -> ModelSnapshot:
    """The snapshot with its checksum filled in."""
    return msgspec.structs.replace(snapshot, sha256=digest(snapshot))


def verify(snapshot: ModelSnapshot) -> None:
    """Accept a snapshot whose content fits its checksum.

    Raises:
        Refusal: it does not.

    """
    if snapshot.sha256 != digest(snapshot):
        raise Refusal(f"model {snapshot.key} does not fit its checksum", "publish it again or activate another version")
