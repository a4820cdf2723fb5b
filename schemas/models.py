"""Model snapshots: plain arrays with a checksum, never pickles; and since when which of them are in force."""

import msgspec


class Array(msgspec.Struct, frozen=True, array_like=True):
    """An n-dimensional array: little-endian C-order bytes with dtype (NumPy name) and shape."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes


class Promotion(msgspec.Struct, frozen=True, kw_only=True):
    """Why a response model has the algorithm it has: it took the place of ``instead_of`` at ``at`` (ms of log time).

    On ``decisions`` decisions that neither had learned, the old champion's log loss was higher by ``lead`` nats, and by
    ``lead_bound`` at least, at the one-sided ``level``. A decision by the new one is worth ``value_bound`` minor units
    more at least (a little less than nothing is allowed); None where no decision depends on the model.
    """

    algorithm: str
    instead_of: str
    at: int
    decisions: int
    level: float
    lead: float
    lead_bound: float
    value_bound: float | None


class ModelSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """One version of one model, on topic ``models`` under the key ``name@version``.

    ``algorithm`` names the compiled form that scores it (``logistic``, ``crosses``, ``item_blend`` …);
    ``catalogue`` is the version of the feature catalogue its columns follow; ``sha256`` is the hex digest over
    algorithm, features and arrays. ``closed`` carries closed decisions per campaign at the time of the snapshot;
    ``promotion`` tells since when and why the model has this algorithm, None as long as it has had no other.
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
    promotion: Promotion | None = None

    @property
    def key(self) -> str:
        """The snapshot's key: ``name@version``."""
        return f"{self.name}@{self.version}"


def version_of(key: bytes | None) -> tuple[str, int] | None:
    """Name and version under whose key a message of ``models`` stands; None for any other key."""
    name, _, version = (key or b"").decode("utf-8", "replace").rpartition("@")
    return (name, int(version)) if name and version.isdecimal() and version.isascii() else None


class Milestone(msgspec.Struct, frozen=True, array_like=True):
    """A moment at which every partition of ``user-log`` had these or later versions ``in_force``.

    ``applied`` holds the last offset that each partition had folded then, ``end`` the offset after the last message on
    ``models``, ``at`` the wall time in ms. Once the log begins behind ``applied``, it needs no older version.
    """

    at: int
    in_force: dict[str, int]
    applied: tuple[int, ...]
    end: int


MILESTONES_KEY = b"\x00milestones"
"""Under it the milestones that still have to pass stand on ``models``, as one list."""
