"""The shop's catalogue: every item is told of at the start, then each time it runs out or is back.

What is out can still be ordered and comes later, so the truth of who buys does not change; it is not to be promoted.
"""

from schemas.catalogue import CatalogueItem, StockState
from schemas.codec import encode_json
from schemas.money import Money
from schemas.topics import CATALOGUE
from streams.simulate.agenda import Agenda
from streams.simulate.assortment import Item
from streams.simulate.chance import Chance
from streams.simulate.settings import ShopSettings

_DAY = 86_400.0
_OUT_FOR = 1.0
"""Days of the shop's life until an item is back, on average."""
_MOST_PIECES = 40


class Warehouse:
    """Tells of items; at any time the share ``outages`` of them is out."""

    def __init__(
        self, agenda: Agenda, settings: ShopSettings, chance: Chance, items: tuple[tuple[Item, ...], ...]
    ) -> None:
        self._agenda = agenda
        self._settings = settings
        self._chance = chance
        for item in (item for shelf in items for item in shelf):
            self._begin(item)

    def _begin(self, item: Item) -> None:
        currency, out = self._settings.currency, self._chance.happens(self._settings.outages)
        message = CatalogueItem(
            item_id=item.id,
            kind="item",
            occurred_at=self._agenda.now,
            category=item.category,
            price=Money(item.price, currency),
            cost=Money(item.cost, currency),
            pieces=0 if out else 1 + self._chance.below(_MOST_PIECES),
        )
        self._agenda.publish(CATALOGUE, item.id.encode(), encode_json(message))
        self._expect(item, out=out)

    def _expect(self, item: Item, *, out: bool) -> None:
        """Plan when it is back, or out."""
        share = self._settings.outages
        if not 0 < share < 1:
            return
        days = _OUT_FOR if out else _OUT_FOR * (1 - share) / share
        wait = self._settings.span(self._chance.exponential(days * _DAY))
        self._agenda.plan(self._agenda.now + max(1.0, wait), self._comes_back if out else self._runs_out, item)

    def _runs_out(self, at: int, item: Item) -> None:
        self._change(at, item, "out_of_stock")

    def _comes_back(self, at: int, item: Item) -> None:
        self._change(at, item, "in_stock")

    def _change(self, at: int, item: Item, stock: StockState) -> None:
        change = CatalogueItem(item_id=item.id, kind="change", occurred_at=at, stock=stock)
        self._agenda.publish(CATALOGUE, item.id.encode(), encode_json(change))
        self._expect(item, out=stock == "out_of_stock")
