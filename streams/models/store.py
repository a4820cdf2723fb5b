"""The model versions at hand, compiled: filled by a reader of ``models``, asked by the fold."""

from collections.abc import Callable
from typing import NamedTuple

from schemas.models import ModelSnapshot
from streams.features import catalogue
from streams.folding import ModelMissing, Refusal
from streams.fraud.forest import IsolationForest
from streams.models.snapshots import verify
from streams.response.logistic import Logistic

Compiled = Logistic | IsolationForest


class Form(NamedTuple):
    """How snapshots of one algorithm score: the compiled form and the catalogue's row that it reads."""

    compiled: Callable[[ModelSnapshot], Compiled]
    columns: tuple[str, ...]


FORMS: dict[str, Form] = {
    "logistic": Form(Logistic.from_snapshot, catalogue.RESPONSE_ROW),
    "isolation_forest": Form(IsolationForest.from_snapshot, catalogue.FRAUD_ROW),
}
"""One line per model family."""

_PUBLISH = "publish it again or activate another version"


class ModelStore:
    """Compiled models by name, version and checksum. One thread may add while another one gets.

    A snapshot that cannot be used is kept as its refusal, so that the fold that needs it stops, and no other.
    """

    def __init__(self) -> None:
        self.grown = 0
        """How many snapshots have been added: changes when a missing model may have come."""
        self._models: dict[tuple[str, int], dict[str, Compiled | Refusal]] = {}
        self._trained: dict[tuple[str, int], int] = {}

    def add(self, snapshot: ModelSnapshot) -> None:
        """Compile a snapshot here and now; a repeat changes nothing but ``grown``."""
        key = (snapshot.name, snapshot.version)
        known = self._models.get(key, {})
        if snapshot.sha256 not in known or isinstance(known[snapshot.sha256], Refusal):
            # A new dict put in one step: the reading thread sees the old or the new one, never a half.
            self._models[key] = {**known, snapshot.sha256: _compiled_or_refusal(snapshot)}
            self._trained[key] = snapshot.trained_until
        self.grown += 1

    def get(self, name: str, version: int, sha256: str) -> Compiled:
        """The compiled model of a version.

        Raises:
            ModelMissing: no snapshot of this version has been read yet.
            Refusal: the snapshot is corrupt, another one than the log names, or of another feature catalogue.

        """
        known = self._models.get((name, version))
        if known is None:
            raise ModelMissing(f"model {name}@{version} is not at hand", "it is read again when `models` grows")
        if sha256 not in known:
            raise Refusal(f"model {name}@{version} on `models` is not the one the log names ({sha256:.12}…)", _PUBLISH)
        found = known[sha256]
        if isinstance(found, Refusal):
            raise found
        return found

    def trained_until(self, name: str, version: int) -> int | None:
        """The end (ms of log time) of what a version learned from; None while it is not at hand."""
        return self._trained.get((name, version))


def _compiled_or_refusal(snapshot: ModelSnapshot) -> Compiled | Refusal:
    try:
        verify(snapshot)
        return _form(snapshot).compiled(snapshot)
    except Refusal as refusal:
        return refusal


def _form(snapshot: ModelSnapshot) -> Form:
    form = FORMS.get(snapshot.algorithm)
    if form is None:
        raise Refusal(f"model {snapshot.key} is a {snapshot.algorithm!r}, unknown to this worker", "upgrade the worker")
    if snapshot.catalogue != catalogue.VERSION or snapshot.features != form.columns:
        raise Refusal(
            f"model {snapshot.key} was trained on feature catalogue {snapshot.catalogue!r}, "
            f"this worker computes {catalogue.VERSION!r}",
            "run the worker version that fits, or activate a model of this catalogue",
        )
    return form
