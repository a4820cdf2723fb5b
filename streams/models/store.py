"""The model versions at hand, compiled: filled by a reader of ``models``, asked by the fold."""

from collections.abc import Callable
from itertools import islice
from typing import NamedTuple, TypeVar
from weakref import WeakValueDictionary

from schemas.models import ModelSnapshot
from streams.catalogue import table
from streams.catalogue.table import ItemTable
from streams.demand import served
from streams.demand.served import DemandForecast
from streams.features import catalogue
from streams.folding import ModelMissing, Refusal
from streams.fraud.forest import IsolationForest
from streams.models.snapshots import verify
from streams.recommend.serving.compiled import ServedItems
from streams.recommend.serving.published import ALGORITHM as ITEM_BLEND
from streams.response.effect.compiled import OfferEffects
from streams.response.served import SERVED as RESPONSE_MODELS
from streams.response.served import ResponseModel
from streams.segments.served import SERVED, LearnedSegments

Compiled = ResponseModel | IsolationForest | OfferEffects | LearnedSegments | ItemTable | ServedItems | DemandForecast
Version = tuple[str, int]
"""A model's name and version."""

T = TypeVar("T")

ASKED = 8
"""Per name: the folds of a process stand close together in time, so they ask for the same few."""
ADDED = 32
"""Over all names: what was read and has not been asked for yet. More folds that wait go in turns."""
REMEMBERED = 1024
"""Versions of which it is known what they learned from."""


class Form(NamedTuple):
    """How snapshots of one algorithm score: the compiled form, and the catalogue's row if it reads one."""

    compiled: Callable[[ModelSnapshot], Compiled]
    columns: tuple[str, ...]


FORMS: dict[str, Form] = {
    **{algorithm: Form(compiled, catalogue.RESPONSE_ROW) for algorithm, compiled in RESPONSE_MODELS.items()},
    "r_learner": Form(OfferEffects.from_snapshot, catalogue.RESPONSE_ROW),
    "isolation_forest": Form(IsolationForest.from_snapshot, catalogue.FRAUD_ROW),
    ITEM_BLEND: Form(ServedItems.from_snapshot, ()),
    **{algorithm: Form(LearnedSegments.from_snapshot, catalogue.SEGMENT_ROW) for algorithm in SERVED},
    table.ALGORITHM: Form(ItemTable.from_snapshot, ()),
    served.ALGORITHM: Form(DemandForecast.from_snapshot, ()),
}
"""One line per model family; and the catalogue and the forecast, which come the same way."""

_PUBLISH = "publish it again or activate another version"


class ModelStore:
    """Few compiled models by name, version and checksum. Threads may add and get at the same time.

    Held are, of each name, the ``asked`` versions asked for last, and the ``added`` snapshots added last; besides,
    as long as somebody scores with it, any other (by a weak reference). What was asked for and is not here is in
    ``missing()``: whoever reads ``models`` adds it, again if need be. So memory does not grow with versions.
    A snapshot that cannot be used is kept as its refusal, so that the fold that needs it stops, and no other.
    """

    def __init__(self, asked: int = ASKED, added: int = ADDED) -> None:
        self._most_asked, self._most_added = asked, added
        self.grown = 0
        """How many snapshots have been added: changes when a missing model may have come."""
        self._added: dict[Version, dict[str, Compiled | Refusal]] = {}
        self._asked: dict[tuple[str, int, str], Compiled | Refusal] = {}
        self._alive: WeakValueDictionary[tuple[str, int, str], Compiled | Refusal] = WeakValueDictionary()
        self._trained: dict[Version, int] = {}
        self._missing: dict[Version, None] = {}

    def add(self, snapshot: ModelSnapshot) -> None:
        """Compile a snapshot here and now, if it is not here yet."""
        key, sha256 = (snapshot.name, snapshot.version), snapshot.sha256
        known = self._added.get(key, {})
        model = known.get(sha256) or self._alive.get((*key, sha256))
        if model is None or isinstance(model, Refusal):
            model = _compiled_or_refusal(snapshot)
        self._alive[*key, sha256] = model
        # A new dict put in one step: another thread sees the old or the new one, never a half.
        others = {version: held for version, held in self._added.items() if version != key}
        self._added = _last({**others, key: {**known, sha256: model}}, self._most_added)
        self._trained = _last({**self._trained, key: snapshot.trained_until}, REMEMBERED)
        self._missing.pop(key, None)
        self.grown += 1

    def get(self, name: str, version: int, sha256: str) -> Compiled:
        """The compiled model of a version.

        Raises:
            ModelMissing: no snapshot of this version is here; it is ``missing()`` from now on.
            Refusal: the snapshot is corrupt, another one than the log names, or of another feature catalogue.

        """
        key, added = (name, version, sha256), self._added.get((name, version), {})
        found = self._asked.get(key) or added.get(sha256) or self._alive.get(key)
        if found is None and added:
            raise Refusal(f"model {name}@{version} on `models` is not the one the log names ({sha256:.12}…)", _PUBLISH)
        if found is None:
            self._missing[name, version] = None
            raise ModelMissing(f"model {name}@{version} is not at hand", "it is read again when `models` grows")
        if isinstance(found, Refusal):
            raise Refusal(found.problem, found.remedy)
        self._hold(key, found)
        return found

    def missing(self) -> tuple[Version, ...]:
        """Names and versions that were asked for and are not here."""
        return tuple(self._missing)

    def coming(self) -> tuple[Version, ...]:
        """The versions that follow those asked for last and are not here: a log activates them in turn."""
        following = {name: version + 1 for name, version, _ in tuple(self._asked)}
        return tuple(version for version in following.items() if version not in self._added)

    def trained_until(self, name: str, version: int) -> int | None:
        """The end (ms of log time) of what a version learned from; None where it has not been here lately."""
        return self._trained.get((name, version))

    def _hold(self, key: tuple[str, int, str], model: Compiled) -> None:
        others = [asked for asked in self._asked if asked[0] == key[0] and asked != key]
        for oldest in others[: max(len(others) - self._most_asked + 1, 0)]:
            self._asked.pop(oldest, None)
        self._asked.pop(key, None)
        self._asked[key] = model


def _last(entries: dict[Version, T], most: int) -> dict[Version, T]:
    """The entries that were put in last."""
    return dict(islice(entries.items(), max(len(entries) - most, 0), None))


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
    fits = snapshot.catalogue == catalogue.VERSION and snapshot.features == form.columns
    if form.columns and not fits:
        raise Refusal(
            f"model {snapshot.key} was trained on feature catalogue {snapshot.catalogue!r}, "
            f"this worker computes {catalogue.VERSION!r}",
            "run the worker version that fits, or activate a model of this catalogue",
        )
    return form
