"""Which items a trigger carries: the best for what the customer is up to that can be offered."""

from math import exp
from typing import NamedTuple

from schemas.decisions import ItemCandidate
from streams.catalogue.items import Items
from streams.features.values import View
from streams.profiles.observing import DAY
from streams.profiles.user import mark
from streams.recommend.offerable import by_margin, held_back
from streams.recommend.serving.compiled import Scored, ServedItems
from streams.recommend.serving.context import context_of

OFFERED, CONSIDERED = 3, 8
JUST_BOUGHT = 30 * DAY
"""What was among the last purchases within so many ms is not recommended."""
BUNDLE, RECOMMENDATION = "bundle", "recommendation"
"""A kind of campaign, and a kind of campaign or offer, whose triggers carry items."""


class Picked(NamedTuple):
    """The ids of ``items`` for a trigger, and the candidates that they were picked from."""

    items: tuple[str, ...] = ()
    candidates: tuple[ItemCandidate, ...] = ()


def pick(view: View, served: ServedItems) -> Picked:
    """The items of a recommendation: none that was looked at in this session, lies in the cart or was just bought."""
    found = served.best(context_of(view.user, view.now), _known(view), CONSIDERED)
    return _recommended(found, _just_bought(view), view.items)


def pick_bundle(view: View, served: ServedItems) -> Picked:
    """A bundle: something of the cart or the session, and what is ordered with it and new to the customer."""
    bought, context = _just_bought(view), context_of(view.user, view.now)
    here = (mark(view.item),) if view.item else ()
    anchors = [anchor for anchor in dict.fromkeys((*here, *context.items)) if anchor not in bought]
    return _bundled(served.bundle(anchors, _known(view) | bought), view.items)


def _known(view: View) -> frozenset[int]:
    """Marks of what the customer has before the eyes."""
    return frozenset((*view.user.cart, *view.user.session_items, mark(view.item)))


def _just_bought(view: View) -> frozenset[int]:
    return frozenset(view.user.bought if view.now - view.user.last_purchase < JUST_BOUGHT else ())


def _recommended(found: list[Scored], bought: frozenset[int], items: Items) -> Picked:
    """The candidates that may be offered, by expected margin as far as margins are known."""
    kept = [items.get(scored.mark) for scored in found]
    pairs = zip(found, kept, strict=True)
    why = [held_back(item, just_bought=scored.mark in bought) for scored, item in pairs]
    open_to = [place for place, reason in enumerate(why) if not reason]
    chances = [exp(found[place].score - found[0].score) for place in open_to]
    worth = by_margin(chances, [item.margin if (item := kept[place]) else None for place in open_to])
    ranked = sorted(zip(worth, open_to, strict=True), key=lambda pair: (-pair[0], pair[1]))[:OFFERED]
    return _picked(found, why, [place for _, place in ranked])


def _bundled(found: list[Scored], items: Items) -> Picked:
    """The whole bundle but what cannot be offered; nothing where that leaves no two, or not what it begins with."""
    why = [held_back(items.get(scored.mark), just_bought=False) for scored in found]
    whole = [place for place, reason in enumerate(why) if not reason]
    return _picked(found, why, whole if whole[:1] == [0] and len(whole) > 1 else [])


def _picked(found: list[Scored], why: list[str], offered: list[int]) -> Picked:
    candidates = [
        ItemCandidate(item=scored.item, score=scored.score, offered=place in offered, held_back=reason)
        for place, (scored, reason) in enumerate(zip(found, why, strict=True))
    ]
    return Picked(tuple([found[place].item for place in offered]), tuple(candidates))
