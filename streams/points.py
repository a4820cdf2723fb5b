"""Decision points as they come: assess the risk, decide, write what follows, open the window."""

from schemas.decisions import Decision, OpenedBy
from schemas.fraud import FraudAlert, FraudSample
from schemas.origins import Origin
from schemas.topics import DECISIONS, FRAUD_ALERTS, FRAUD_SAMPLES, TRIGGERS
from schemas.triggers import Trigger
from streams.features.catalogue import VERSION as CATALOGUE
from streams.features.values import View
from streams.fraud.risk import Risk
from streams.outputs import Writer
from streams.policy import messages, windows
from streams.policy.arms import in_campaign_holdout, in_programme_holdout
from streams.policy.deciding import decide
from streams.policy.point import ActiveCampaign, Point
from streams.profiles.user import OpenDecision, RingMark, Timer
from streams.scoring import Scoring
from streams.state import FoldSettings, PartitionState
from streams.timers import TimerIndex

REVOCABLE = ("", "accepted")
"""States of a message that may not have been sent yet."""


class Points:
    """Handles the decision points of one partition. The user in every view is one that is being changed."""

    def __init__(
        self, state: PartitionState, timers: TimerIndex, scoring: Scoring, writer: Writer, settings: FoldSettings
    ) -> None:
        self._state = state
        self._timers = timers
        self._scoring = scoring
        self._writer = writer
        self._settings = settings
        self._assessed: tuple[tuple[int, str, int, RingMark | None], Risk] | None = None

    def decide(self, token: str, campaign: ActiveCampaign, view: View, opened_by: OpenedBy, late: int) -> None:
        """Decide for one campaign, ``late`` ms after its moment; what was drawn opens a window, a send is written."""
        programme = in_programme_holdout(token, self._settings.global_holdout)
        held_out = programme or in_campaign_holdout(campaign.spec, token, view.now)
        point = Point(campaign, token, view, opened_by, held_out, self.assess(token, view), late, programme)
        writer = self._writer
        decided = decide(point, writer.origin(), writer.decision_id(), self._scoring.outlook(), self._settings)
        decision = decided.decision
        writer.put(DECISIONS, token, decision, event=f"decision.{decision.result}", event_id=decision.decision_id)
        self._count(campaign, decision)
        if decided.action is None:
            return
        coupon = ""
        if decision.result == "sent":
            trigger = messages.send(decided, point, self._settings.coupon_key)
            coupon = trigger.coupon.code if trigger.coupon else ""
            self.send(trigger)
        opened = windows.open_window(view.user, point, decided, coupon)
        closes = Timer(view.now + campaign.spec.experiment.window)
        self._timers.set(token, view.user, f"close:{opened.id}", closes)

    def send(self, trigger: Trigger) -> None:
        """Write a trigger or a revocation."""
        self._writer.put(
            TRIGGERS,
            trigger.user,
            trigger,
            event=f"trigger.{trigger.kind}",
            event_id=f"{trigger.trigger_id}:{trigger.kind}",
        )
        self._state.count(f"triggers_total|{trigger.campaign.partition('@')[0]}|{trigger.channel}|{trigger.kind}")

    def revoke(self, token: str, opened: OpenDecision, why: str) -> None:
        """Call a message back that may not be out yet; its user is being changed."""
        if opened.sent and opened.status in REVOCABLE and self._state.now < opened.expires_at:
            opened.status = "revoking"
            self.send(messages.revoke(opened, token, self._state.now, why))

    def assess(self, token: str, view: View) -> Risk:
        """The fraud risk now, looked at once for all campaigns that a record concerns, and again for a ring's mark."""
        origin = self._writer.origin()
        moment = (origin.offset, token, view.user.events, view.user.ring)
        if self._assessed is None or self._assessed[0] != moment:
            self._assessed = moment, self._look_at(token, view, origin)
        return self._assessed[1]

    def _look_at(self, token: str, view: View, origin: Origin) -> Risk:
        """Score the risk; the row goes to the detectors' training, a high risk to a person."""
        risk, row = self._scoring.risk(view)
        sample = FraudSample(origin=origin, user=token, at=view.now, x=row, catalogue=CATALOGUE, risk=risk.value)
        self._writer.put(FRAUD_SAMPLES, token, sample, event="fraud.sampled")
        if risk.value >= self._settings.alert_risk and self._may_alert(view):
            view.user.alerted_at = view.now
            self._alert(token, view, risk)
        return risk

    def _may_alert(self, view: View) -> bool:
        return not view.user.alerted_at or view.now - view.user.alerted_at >= self._settings.alert_pause

    def _alert(self, token: str, view: View, risk: Risk) -> None:
        alert = FraudAlert(
            alert_id=self._writer.decision_id(),
            origin=self._writer.origin(),
            user=token,
            at=view.now,
            risk=round(risk.value, 4),
            threshold=self._settings.alert_risk,
            reasons=risk.reasons,
            versions=self._scoring.outlook().versions,
        )
        self._writer.put(FRAUD_ALERTS, token, alert, event="fraud.alerted", event_id=alert.alert_id)
        self._state.count("fraud_alerts_total|risk")

    def _count(self, campaign: ActiveCampaign, decision: Decision) -> None:
        spec = campaign.spec
        self._state.count(f"decisions_total|{spec.name}|{spec.state}|{decision.result}")
        if decision.result == "refused":
            self._state.count(f"gate_rejections_total|{spec.name}|{decision.gates[-1].name}")
