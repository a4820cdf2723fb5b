"""Model snapshots: plain arrays with a checksum, never pickles."""

import msgspec


class Array(msgspec.Struct, frozen=True, array_like=True):
    """An n-dimensional array: little-endian C-order bytes with dtype (NumPy name) and shape."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes


class ModelSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """One version of one model, on topic ``models`` under the key ``name@version``.

    ``algorithm`` names the compiled form that scores it (``logistic``, ``isolation_forest``); ``catalogue`` is the
    version of the feature catalogue its columns follow; ``sha256`` is the hex digest over algorithm, features and
    arrays. ``closed`` carries closed decisions per campaign at the time of the snapshot.
    """

    name: str
    version: int
    algorithm: str
    catalogue: str
    features: tuple[str, ...]
    arrays: dict[str, Array]
    trained_on: int
    trained_until: int
    closed: dict[str, int] = {}
    sha256: str = ""

    @property
    def key(self) -> str:
        """The snapshot's key: ``name@version``."""
        return f"{self.name}@{self.version}"
