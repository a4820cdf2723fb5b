"""The models in force on a partition: what the log activated, taken from the store."""

from schemas.records import ModelActivated
from streams.catalogue import table
from streams.catalogue.items import Items
from streams.catalogue.table import NO_ITEMS, ItemTable
from streams.demand import served
from streams.demand.served import NOTHING_FORECAST, DemandForecast
from streams.features.values import Labeller, View, fraud_row, fraud_values
from streams.fraud.forest import IsolationForest
from streams.fraud.rings.membership import alarm
from streams.fraud.risk import Risk, assess
from streams.models.store import ModelStore
from streams.policy.deciding import Outlook
from streams.profiles.user import User
from streams.recommend.serving.compiled import ServedItems
from streams.response.effect.compiled import OfferEffects
from streams.response.served import ResponseModel
from streams.segments.served import LearnedSegments
from streams.state import ActiveModel, FoldSettings, PartitionState


class Scoring:
    """Scores by the active versions; a version that is not at hand is never replaced by a guess."""

    def __init__(self, state: PartitionState, models: ModelStore, settings: FoldSettings) -> None:
        self._state = state
        self._models = models
        self._settings = settings
        self._resolved = False
        self._purchase: ResponseModel | None = None
        self._click: ResponseModel | None = None
        self._effects: OfferEffects | None = None
        self._forest: IsolationForest | None = None
        self._recommender: ServedItems | None = None
        self._labellers: dict[str, Labeller] = {}
        self._versions: dict[str, str] = {}
        self._demand = NOTHING_FORECAST
        self.items = Items(state.items)

    def require(self, activated: ModelActivated) -> None:
        """Check that a version can be had, before anything changes.

        Raises:
            ModelMissing: it has not been read yet.
            Refusal: its snapshot is corrupt or of another feature catalogue.

        """
        self._models.get(activated.name, activated.version, activated.sha256)

    def activate(self, activated: ModelActivated) -> None:
        """From here on score with this version."""
        self._state.models[activated.name] = ActiveModel(activated.version, activated.sha256)
        self._resolved = False
        self.resolve()
        if activated.name == table.NAME:
            self.items.settle()
            self._state.items_at = max(self._state.items_at, self.items.as_of)

    def resolve(self) -> None:
        """Take the active versions from the store; raises as ``require``."""
        if self._resolved:
            return
        found = {name: self._models.get(name, m.version, m.sha256) for name, m in self._state.models.items()}
        purchase, click, effects, forest = (found.get(name) for name in ("purchase", "click", "effect", "fraud"))
        self._purchase = purchase if isinstance(purchase, ResponseModel) else None
        self._click = click if isinstance(click, ResponseModel) else None
        self._effects = effects if isinstance(effects, OfferEffects) else None
        self._forest = forest if isinstance(forest, IsolationForest) else None
        items, recommender, demand = (found.get(name) for name in (table.NAME, "recommender", served.NAME))
        self.items = Items(self._state.items, items if isinstance(items, ItemTable) else NO_ITEMS)
        self._recommender = recommender if isinstance(recommender, ServedItems) else None
        self._demand = demand if isinstance(demand, DemandForecast) else NOTHING_FORECAST
        self._labellers = {name: m for name, m in found.items() if isinstance(m, LearnedSegments)}
        self._versions = {name: str(m.version) for name, m in self._state.models.items()}
        self._resolved = True

    def view(self, user: User, now: int, item: str, category: str) -> View:
        """A user at a moment; what is learned can be asked for."""
        return View(user, now, item, category, self._labellers, self.items, self._demand)

    def outlook(self) -> Outlook:
        """What a decision needs beyond the user."""
        mean = self._state.mean_order(self._settings.order_amount)
        closed = self._purchase.closed if self._purchase else {}
        return Outlook(self._purchase, self._click, self._versions, closed, mean, self._effects, self._recommender)

    def risk(self, view: View) -> tuple[Risk, tuple[float, ...]]:
        """The calibrated fraud risk of a user at a moment, with the row that was scored."""
        values = fraud_values(view)
        row = fraud_row(values)
        return assess(values, row, self._forest, alarm(view.user.ring, view.now)), row
