"""What each kind of record and each timer does to users and outputs."""

from collections.abc import Callable
from typing import Any

from schemas.decisions import OpenedBy
from schemas.records import (
    AttributesTold,
    CampaignsActivated,
    ConsentChanged,
    ErasureRequested,
    EventTaken,
    HistoryHanded,
    IdentityLinked,
    ItemTold,
    ModelActivated,
    OutcomeTaken,
    RingFound,
    Ticked,
    WatermarkReached,
)
from schemas.topics import CLOSED_DECISIONS
from streams.campaigns.active import WAIT, ActiveCampaigns, Concerned
from streams.catalogue.item import change_of
from streams.choices import Choices
from streams.features.catalogue import VERSION as CATALOGUE
from streams.features.values import View
from streams.hours import Hours
from streams.identities import HAND, IDLE, Identities
from streams.outputs import Writer
from streams.points import Points
from streams.policy import windows
from streams.policy.point import ActiveCampaign
from streams.profiles.observing import is_repeat, observe
from streams.profiles.prices import CHOOSING, appraise
from streams.profiles.user import MOST_MONEY, Timer, User, mark
from streams.rings import Rings
from streams.scoring import Scoring
from streams.state import FoldSettings, PartitionState
from streams.timers import TimerIndex
from streams.users import Users

MONEY = ("purchase", "refund")
"""Events that are booked in open windows, and looked at for fraud."""

CHOSEN = ("favourite", "add_to_cart", "purchase")
"""Events that choose items."""


class Applying:
    """Applies records to one partition: a handler per kind of record, one per kind of timer.

    ``handlers`` take a user token and a record's body; a kind without one only moves the clock.
    """

    def __init__(
        self,
        state: PartitionState,
        users: Users,
        timers: TimerIndex,
        scoring: Scoring,
        writer: Writer,
        settings: FoldSettings,
    ) -> None:
        self._state = state
        self._users = users
        self._timers = timers
        self._scoring = scoring
        self._writer = writer
        self._settings = settings
        self._points = Points(state, timers, scoring, writer, settings)
        self._campaigns = ActiveCampaigns(state.campaigns, state.policies)
        self._rings = Rings(state, users, self._points, writer)
        self._identities = Identities(state, users, timers, self._points, self._rings, writer, settings)
        self._choices = Choices(state, writer)
        self._hours = Hours(state, writer)
        self.handlers: dict[type, Callable[[str, Any], None]] = {
            EventTaken: self._event,
            OutcomeTaken: self._outcome,
            ConsentChanged: self._identities.hear_consent,
            ErasureRequested: self._identities.erase,
            AttributesTold: self._identities.learn_attributes,
            ItemTold: self._item,
            IdentityLinked: self._identities.link,
            HistoryHanded: self._identities.take_over,
            CampaignsActivated: self._activate_campaigns,
            ModelActivated: self._activate_model,
            RingFound: self._rings.mark,
            WatermarkReached: self._hours.look,
            Ticked: self._hours.look,
        }
        self._timer_kinds: dict[str, Callable[[str, str, Timer], None]] = {
            "wait": self._waited,
            "close": self._close,
            "idle": self._identities.leave,
            "hand": self._identities.hand_on,
        }

    def fire(self, token: str, name: str, timer: Timer) -> None:
        """A timer of a user is due."""
        kind, _, what = name.partition(":")
        self._timer_kinds[kind](token, what, timer)

    # ------------------------------------------------------------------ events
    def _event(self, token: str, event: EventTaken) -> None:
        user, now = self._users.change(token), self._state.now
        if IDLE not in user.timers and not self._identities.begin(token, user, event.occurred_at):
            return
        if is_repeat(user, event):
            self._state.count("duplicates_total|event_id")
            return
        kind, devices = event.type, len(user.devices)
        context = self._choices.context(user, event) if kind in CHOSEN else None
        observe(user, event, now)
        if user.linked and HAND not in user.timers:
            self._identities.hand_later(token, user)
        if kind in CHOOSING:
            appraise(self._state.prices, user, event)
        if kind in MONEY:
            self._money_moved(token, user, event)
        concerned = self._campaigns.by_event.get(kind)
        if concerned is not None:
            self._concern(concerned, token, self._scoring.view(user, now, event.item, event.category), event)
        if kind in MONEY or len(user.devices) != devices:
            self._rings.report(token, user, event)
        if context is not None:
            self._choices.report(token, user, event, context)

    def _concern(self, concerned: Concerned, token: str, view: View, event: EventTaken) -> None:
        """What an event means to campaigns; each *when* is judged by the profile as the event left it."""
        if concerned.disarmed:
            self._disarm(token, view.user, concerned.disarmed, event)
        if event.redriven:
            return  # heard too late to act on: no decision point now, nor one that a timer would open
        if concerned.arming is not None:
            for campaign in concerned.arming.concerned(view):
                self._arm(token, view.user, campaign, event)
        if concerned.opening is not None:
            for campaign in concerned.opening.concerned(view):
                self._open(token, view, campaign, event)

    def _money_moved(self, token: str, user: User, event: EventTaken) -> None:
        """A purchase or a refund: book it, revoke what is not out yet, look for fraud where it is news."""
        windows.attribute(user, event, self._scoring.items)
        if not event.redriven:
            self._points.assess(token, self._scoring.view(user, self._state.now, event.item, event.category))
        if event.type != "purchase":
            return
        self._hours.take(event)
        if event.amount >= 0:
            self._state.orders += 1
            self._state.order_amounts = min(self._state.order_amounts + event.amount, MOST_MONEY)
        for opened in user.open:
            if not windows.predates(event, opened):
                self._points.revoke(token, opened, "bought meanwhile")

    def _arm(self, token: str, user: User, campaign: ActiveCampaign, event: EventTaken) -> None:
        when, now = campaign.spec.when, self._state.now
        if "purchase" in when.unless and user.last_purchase > event.occurred_at:
            return  # read before what it answers: no order is promised between topics
        if now - event.occurred_at <= when.max_event_age:
            timer = Timer(now + when.wait, event.event_id, event.type, event.occurred_at, event.item, event.category)
            self._timers.set(token, user, WAIT + campaign.spec.name, timer)

    def _disarm(self, token: str, user: User, names: frozenset[str], event: EventTaken) -> None:
        timers = user.timers
        for name in [name for name in timers if name in names]:
            if event.occurred_at >= timers[name].occurred_at:
                self._timers.drop(token, user, name)

    def _open(self, token: str, view: View, campaign: ActiveCampaign, event: EventTaken) -> None:
        late = max(view.now - event.occurred_at, 0)
        if late <= campaign.spec.when.max_event_age:
            opened_by = OpenedBy(kind="event", event_id=event.event_id, type=event.type, occurred_at=event.occurred_at)
            self._points.decide(token, campaign, view, opened_by, late)

    # ------------------------------------------------------------------ outcomes, control
    def _outcome(self, token: str, outcome: OutcomeTaken) -> None:
        user = self._users.get(token)
        message = windows.find(user, outcome.trigger_id) or user.ended.get(outcome.trigger_id) if user else None
        campaign, channel = (message.campaign, message.channel) if message else ("closed", "")
        self._state.count(f"outcomes_total|{campaign.partition('@')[0]}|{channel}|{outcome.status}")
        if message is not None:
            windows.apply_outcome(self._users.change(token), message, outcome)
        elif user is not None and outcome.status in windows.REFUSING:
            windows.refuse_all(self._users.change(token), outcome)

    def _item(self, token: str, told: ItemTold) -> None:
        del token
        self._state.items_at = max(self._state.items_at, told.occurred_at)
        fate = self._scoring.items.tell(mark(told.item), change_of(told))
        self._state.count(f"catalogue_changes_total|{fate}")

    def _activate_campaigns(self, token: str, activated: CampaignsActivated) -> None:
        del token
        self._state.campaigns, self._state.policies = activated.campaigns, activated.policies
        self._campaigns = ActiveCampaigns(activated.campaigns, activated.policies)

    def _activate_model(self, token: str, activated: ModelActivated) -> None:
        del token
        self._scoring.activate(activated)

    # ------------------------------------------------------------------ timers
    def _waited(self, token: str, name: str, timer: Timer) -> None:
        campaign = self._campaigns.by_name.get(name)
        if campaign is None or not campaign.spec.when.wait or campaign.spec.when.event != timer.event_type:
            return  # the campaign has ended, or waits for something else by now
        user = self._users.change(token)
        opened_by = OpenedBy(
            kind="timer", event_id=timer.event_id, type=timer.event_type, occurred_at=timer.occurred_at
        )
        view = self._scoring.view(user, self._state.now, timer.item, timer.category)
        self._points.decide(token, campaign, view, opened_by, self._state.now - timer.due)

    def _close(self, token: str, decision: str, timer: Timer) -> None:
        del timer
        user = self._users.change(token)
        opened = windows.find(user, decision)
        if opened is not None:
            closed = windows.close_window(user, opened, token, self._writer.origin(), self._state.now, CATALOGUE)
            self._writer.put(CLOSED_DECISIONS, token, closed, event="decision.closed", event_id=closed.decision_id)
