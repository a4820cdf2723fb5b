"""One message of an input topic → whose it is and what it says, or why it is refused."""

from collections.abc import Callable
from typing import NamedTuple

from msgspec import structs

from schemas.catalogue import CatalogueItem
from schemas.customers import Customer
from schemas.events import Event
from schemas.outcomes import Outcome
from schemas.privacy import PrivacyRequest
from schemas.records import Body, ConsentChanged, ErasureRequested, EventTaken, IdentityLinked, OutcomeTaken
from schemas.topics import CATALOGUE, CUSTOMERS, EVENT_SOURCES, OUTCOMES, PRIVACY
from streams.intake.adapters import Headers, adapted
from streams.intake.cleaning import check_user, clean_customer, clean_event, clean_item, clean_moment, clean_outcome
from streams.intake.tokens import Tokens, UnknownToken
from streams.intake.validation import Rejection, read

SHAPE = {"missing_field", "wrong_type", "unknown_type"}
"""Reasons that another shape than the own one may be behind."""
ANONYMOUS = "\x1f"
"""Stands before anonymous ids inside tokens; no user id may contain it, so the two kinds never meet."""


class Taken(NamedTuple):
    """A message that is taken: its time in ms, the user's token (empty: for every partition), the record's body."""

    time: int
    user: str
    body: Body


class Taker:
    """Knows the shape of every input topic; ``arrival`` (ms, None: unbounded) is the latest a thing can have been."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._takes: dict[str, Callable[[bytes, Headers, int | None], Taken | Rejection]] = {
            **dict.fromkeys(EVENT_SOURCES, self._event),
            OUTCOMES: self._outcome,
            PRIVACY: self._privacy,
            CUSTOMERS: self._customer,
            CATALOGUE: self._item,
        }

    def take(self, topic: str, value: bytes, headers: Headers, arrival: int | None) -> Taken | Rejection:
        """The message's meaning, or the reason, field and sentence of its dead letter."""
        return self._takes[topic](value, headers, arrival)

    def _event(self, value: bytes, headers: Headers, arrival: int | None) -> Taken | Rejection:
        event = read(value, Event)
        if isinstance(event, Rejection) and event.reason in SHAPE:
            event = adapted(value, headers) or event
        if isinstance(event, Rejection):
            return event
        field, user = ("user_id", event.user_id) if event.user_id else ("anonymous_id", event.anonymous_id or "")
        rejection = check_user(field, user)
        if rejection:
            return rejection
        body = clean_event(event, arrival)
        if isinstance(body, Rejection):
            return body
        if event.referred_by:
            rejection = check_user("referred_by", event.referred_by)
            if rejection:
                return rejection
            body = structs.replace(body, referrer=self._tokens.token(event.referred_by))
        return Taken(body.occurred_at, self._tokens.token(user if event.user_id else ANONYMOUS + user), body)

    def _outcome(self, value: bytes, headers: Headers, arrival: int | None) -> Taken | Rejection:
        del headers
        outcome = read(value, Outcome)
        if isinstance(outcome, Rejection):
            return outcome
        try:
            self._tokens.reveal(outcome.user)
        except UnknownToken as unknown:
            return Rejection("unknown_token", "user", f"user: {unknown}")
        body = clean_outcome(outcome, arrival)
        return body if isinstance(body, Rejection) else Taken(body.occurred_at, outcome.user, body)

    def _privacy(self, value: bytes, headers: Headers, arrival: int | None) -> Taken | Rejection:
        del headers
        request = read(value, PrivacyRequest)
        if isinstance(request, Rejection):
            return request
        rejection = check_user("user_id", request.user_id)
        if rejection:
            return rejection
        moment = clean_moment(request.request_id, request.occurred_at, arrival)
        if isinstance(moment, Rejection):
            return moment
        token = self._tokens.token(request.user_id)
        if request.kind == "erasure":
            return Taken(moment, token, ErasureRequested(request.request_id, moment))
        channels: dict[str, bool] = {str(channel): allowed for channel, allowed in request.channels.items()}
        return Taken(moment, token, ConsentChanged(request.request_id, moment, channels))

    def _customer(self, value: bytes, headers: Headers, arrival: int | None) -> Taken | Rejection:
        del headers
        customer = read(value, Customer)
        if isinstance(customer, Rejection):
            return customer
        visitor = customer.anonymous_id or ""
        rejection = check_user("user_id", customer.user_id) or check_user("anonymous_id", visitor)
        if rejection:
            return rejection
        if customer.kind == "identity_linked":
            return self._link(customer, visitor, arrival)
        body = clean_customer(customer, arrival)
        if isinstance(body, Rejection):
            return body
        return Taken(body.occurred_at, self._tokens.token(customer.user_id), body)

    def _item(self, value: bytes, headers: Headers, arrival: int | None) -> Taken | Rejection:
        del headers
        item = read(value, CatalogueItem)
        if isinstance(item, Rejection):
            return item
        body = clean_item(item, arrival)
        return body if isinstance(body, Rejection) else Taken(body.occurred_at, "", body)

    def _link(self, customer: Customer, visitor: str, arrival: int | None) -> Taken | Rejection:
        """A record of the visitor's: the history is in that partition."""
        moment = clean_moment(customer.message_id, customer.occurred_at, arrival)
        if isinstance(moment, Rejection):
            return moment
        body = IdentityLinked(customer.message_id, moment, self._tokens.token(customer.user_id))
        return Taken(moment, self._tokens.token(ANONYMOUS + visitor), body)


_TAGS: dict[type[Body], str] = {EventTaken: "e", OutcomeTaken: "o", ConsentChanged: "c", ErasureRequested: "x"}


def tag_of(body: Body) -> str:
    """The tag that names a record's type on the wire and in metrics."""
    return _TAGS.get(type(body)) or str(type(body).__struct_config__.tag)
