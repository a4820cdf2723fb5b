"""Contact limits over rolling windows; they hold because a user lives in one partition with one writer."""

from bisect import insort
from collections.abc import Sequence

from schemas.campaigns import RateLimit
from streams.profiles.user import MAX_CAMPAIGN_CONTACTS, MAX_CAMPAIGNS, MAX_CONTACTS, User, keep_newest, mark


def within(limit: RateLimit, contacts: Sequence[int], now: int) -> int:
    """How many contacts lie within the limit's window before ``now`` (ms)."""
    since = now - limit.window
    return len([at for at in contacts if at > since])


def remember(user: User, campaign: str, now: int, *, sent: bool) -> None:
    """Count a contact: a would-send in the campaign's own limit, a real one in the contact policy too."""
    known = user.campaign_contacts
    own = known.pop(mark(campaign), [])
    own.append(now)
    known[mark(campaign)] = own[-MAX_CONTACTS:]
    _shorten(user)
    if sent:
        user.contacts.append(now)
        del user.contacts[:-MAX_CONTACTS]


def forget(user: User, campaign: str, at: int) -> None:
    """A message did not reach the customer: the limits heal."""
    for contacts in (user.contacts, user.campaign_contacts.get(mark(campaign), [])):
        if at in contacts:
            contacts.remove(at)


def recall(user: User, campaign: str, at: int) -> None:
    """A message that was taken for lost reached the customer after all: it counts again, as of ``at`` (ms)."""
    for contacts in (user.contacts, user.campaign_contacts.setdefault(mark(campaign), [])):
        insort(contacts, at)
        del contacts[:-MAX_CONTACTS]
    _shorten(user)


def _shorten(user: User) -> None:
    """At most so many campaigns, and so many contacts of all: who is told most of can spare the oldest."""
    known = user.campaign_contacts
    keep_newest(known, MAX_CAMPAIGNS)
    if sum(map(len, known.values())) > MAX_CAMPAIGN_CONTACTS:
        del max(known.values(), key=len)[0]
