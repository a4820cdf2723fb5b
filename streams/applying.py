"""What each kind of record and each timer does to users and outputs."""

from collections.abc import Callable
from functools import partial
from typing import Any

from schemas.decisions import OpenedBy
from schemas.records import (
    CampaignsActivated,
    ConsentChanged,
    ErasureRequested,
    EventTaken,
    ModelActivated,
    OutcomeTaken,
    Record,
)
from schemas.topics import CLOSED_DECISIONS
from streams.campaigns.active import ActiveCampaigns
from streams.features.catalogue import VERSION as CATALOGUE
from streams.features.values import View, value
from streams.outputs import Writer
from streams.points import Points
from streams.policy import messages, windows
from streams.policy.point import ActiveCampaign
from streams.profiles.consent import hear
from streams.profiles.observing import is_repeat, observe
from streams.profiles.user import Timer, User
from streams.scoring import Scoring
from streams.state import FoldSettings, PartitionState
from streams.timers import TimerIndex
from streams.users import Users

REVOCABLE = ("", "accepted")
"""States of a message that may not have been sent yet."""


class Applying:
    """Applies records to one partition: a handler per kind of record, one per kind of timer."""

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
        self._records: dict[type, Callable[[str, Any], None]] = {
            EventTaken: self._event,
            OutcomeTaken: self._outcome,
            ConsentChanged: self._consent,
            ErasureRequested: self._erase,
            CampaignsActivated: self._activate_campaigns,
            ModelActivated: self._activate_model,
        }
        self._timer_kinds: dict[str, Callable[[str, str, Timer], None]] = {
            "wait": self._waited,
            "close": self._close,
            "idle": self._idle,
        }

    def apply(self, record: Record) -> None:
        """Apply a record; watermarks and ticks only move the clock."""
        body = record.body
        handler = self._records.get(type(body))
        if handler is not None:
            handler(record.user, body)

    def fire(self, token: str, name: str, timer: Timer) -> None:
        """A timer of a user is due."""
        kind, _, what = name.partition(":")
        self._timer_kinds[kind](token, what, timer)

    # ------------------------------------------------------------------ events
    def _event(self, token: str, event: EventTaken) -> None:
        state, user = self._state, self._users.change(token)
        if is_repeat(user, event):
            state.count("duplicates_total|event_id")
            return
        observe(user, event, state.now)
        if "idle:" not in user.timers:
            self._timers.set(token, user, "idle:", Timer(state.now + self._settings.idle_after))
        if event.type in ("purchase", "refund"):
            self._money_moved(token, user, event)
        for name in self._campaigns.disarming.get(event.type, ()):
            self._disarm(user, f"wait:{name}", event)
        for campaign in self._campaigns.arming.get(event.type, ()):
            self._arm(token, user, campaign, event)
        for campaign in self._campaigns.opening.get(event.type, ()):
            self._open(token, user, campaign, event)

    def _money_moved(self, token: str, user: User, event: EventTaken) -> None:
        """A purchase or a refund: book it, revoke what is not out yet, look for fraud."""
        windows.attribute(user, event)
        view = View(user, self._state.now, event.item, event.category)
        self._points.assess(token, view)
        if event.type != "purchase":
            return
        if event.amount >= 0:
            self._state.orders += 1
            self._state.order_amounts += event.amount
        for opened in user.open:
            if opened.sent and opened.status in REVOCABLE and self._state.now < opened.expires_at:
                opened.status = "revoking"
                self._points.send(messages.revoke(opened, token, self._state.now, "bought meanwhile"))

    def _arm(self, token: str, user: User, campaign: ActiveCampaign, event: EventTaken) -> None:
        when, now = campaign.spec.when, self._state.now
        if "purchase" in when.unless and user.last_purchase > event.occurred_at:
            return  # read before what it answers: no order is promised between topics
        if now - event.occurred_at <= when.max_event_age and self._holds(campaign, user, event):
            timer = Timer(now + when.wait, event.event_id, event.type, event.occurred_at, event.item, event.category)
            self._timers.set(token, user, f"wait:{campaign.spec.name}", timer)

    def _disarm(self, user: User, name: str, event: EventTaken) -> None:
        timer = user.timers.get(name)
        if timer is not None and event.occurred_at >= timer.occurred_at:
            del user.timers[name]

    def _open(self, token: str, user: User, campaign: ActiveCampaign, event: EventTaken) -> None:
        now = self._state.now
        late = max(now - event.occurred_at, 0)
        if late <= campaign.spec.when.max_event_age and self._holds(campaign, user, event):
            opened_by = OpenedBy(kind="event", event_id=event.event_id, type=event.type, occurred_at=event.occurred_at)
            self._points.decide(token, campaign, View(user, now, event.item, event.category), opened_by, late)

    def _holds(self, campaign: ActiveCampaign, user: User, event: EventTaken) -> bool:
        if campaign.where is None:
            return True
        view = View(user, self._state.now, event.item, event.category)
        return campaign.where.holds(partial(value, view))

    # ------------------------------------------------------------------ outcomes, consent, control
    def _outcome(self, token: str, outcome: OutcomeTaken) -> None:
        user = self._users.get(token)
        message = windows.find(user, outcome.trigger_id) or user.ended.get(outcome.trigger_id) if user else None
        campaign, channel = (message.campaign, message.channel) if message else ("closed", "")
        self._state.count(f"outcomes_total|{campaign.partition('@')[0]}|{channel}|{outcome.status}")
        if message is not None:
            windows.apply_outcome(self._users.change(token), message, outcome)
        elif user is not None and outcome.status in windows.REFUSING:
            windows.refuse_all(self._users.change(token), outcome)

    def _consent(self, token: str, consent: ConsentChanged) -> None:
        user = self._users.change(token)
        for channel, allowed in consent.channels.items():
            hear(user, channel, consent.occurred_at, allowed=allowed)

    def _erase(self, token: str, request: ErasureRequested) -> None:
        del request
        if self._users.get(token) is not None:
            self._users.remove(token)

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
        view = View(user, self._state.now, timer.item, timer.category)
        self._points.decide(token, campaign, view, opened_by, self._state.now - timer.due)

    def _close(self, token: str, decision: str, timer: Timer) -> None:
        del timer
        user = self._users.change(token)
        opened = windows.find(user, decision)
        if opened is not None:
            closed = windows.close_window(user, opened, token, self._writer.origin(), self._state.now, CATALOGUE)
            self._writer.put(CLOSED_DECISIONS, token, closed, event="decision.closed", event_id=closed.decision_id)

    def _idle(self, token: str, what: str, timer: Timer) -> None:
        """An idle user leaves; one who came back meanwhile is looked at again later."""
        del what, timer
        user = self._users.change(token)
        due = user.last_seen + self._settings.idle_after
        if due > self._state.now or user.open:
            self._timers.set(token, user, "idle:", Timer(max(due, self._state.now + 1)))
        else:
            self._users.remove(token)
