"""A decision as text that a marketer reads: what happened, why, what else was weighed, and who decides by chance."""

from collections.abc import Iterable, Sequence

from schemas.decisions import Candidate, Decision, Gate
from streams.catalogue.table import NAME as ITEMS
from streams.money import as_text
from streams.policy.gate_words import dated, meanings, moment, question, remedy

_HEADLINES = {
    "sent": "A message was sent: {action}.",
    "ghost": "No message was sent, on purpose: {action} was drawn, and {because}.",
    "none": "No message was sent: *no action* was drawn.",
    "refused": 'No message was sent: the gate "{gate}" said no.',
}
_COLUMNS = (
    "",
    "action",
    "chance to click",
    "chance to buy",
    "margin",
    "discount",
    "message",
    "worth against none",
    "drawn with",
)


def explain(decision: Decision) -> str:
    """The decision as lines of plain text; money in the campaign's currency."""
    sections = [_story(decision), _gates(decision)]
    sections += [_candidates(decision), _effect(decision), _draw(decision)] if decision.candidates else []
    sections += [_items(decision)] if decision.items else []
    return "\n\n".join([*sections, _background(decision)]) + "\n"


def _story(decision: Decision) -> str:
    because = "the campaign is in the shadow" if decision.mode == "shadow" else "the customer is in the holdout"
    gate = decision.gates[-1].name if decision.gates else ""
    headline = _HEADLINES[decision.result].format(action=decision.action, because=because, gate=gate)
    opened = decision.opened_by
    how = "by a timer that" if opened.kind == "timer" else "by"
    lines = [
        ("Decision", decision.decision_id),
        ("Campaign", decision.campaign),
        ("Customer", decision.user),
        ("When", moment(decision.decided_at)),
        ("Opened", f"{how} {opened.type} {'started' if opened.kind == 'timer' else ''}".rstrip()),
        ("", f"at {moment(opened.occurred_at)} (event {opened.event_id})"),
        ("Why", "; ".join(decision.reasons) or "no reason recorded"),
    ]
    return "\n".join([headline, "", *(f"  {name:<10}{text}" for name, text in lines)])


def _gates(decision: Decision) -> str:
    rows = [row for gate in decision.gates for row in _gate_rows(gate)]
    lines = ["Gates: all must say yes", *_table([("", "gate", "question", "found", "asked for"), *rows])]
    if decision.result == "refused":
        lines += ["", "What would have let it pass", f"  {remedy(decision)}"]
        lines += [f"  ({meaning})" for meaning in meanings(decision.gates[-1])]
    return "\n".join(lines)


def _gate_rows(gate: Gate) -> list[tuple[str, ...]]:
    """One row, or one for each condition where a gate has several."""
    found, asked = dated(gate.value).split(", "), dated(gate.threshold).split(", ")
    if len(found) != len(asked) or gate.name != "eligibility":
        found, asked = [", ".join(found)], [", ".join(asked)]
    first = ("yes" if gate.passed else "NO", gate.name, question(gate), found[0], asked[0])
    return [first, *(("", "", "", *pair) for pair in zip(found[1:], asked[1:], strict=True))]


def _candidates(decision: Decision) -> str:
    currency = decision.currency
    rows = [_row(candidate, decision) for candidate in decision.candidates]
    unit = f"money in {currency}" if currency else "money in minor units"
    table = _table([_COLUMNS, *rows], numbers=2)
    return "\n".join([f"What was weighed: expected per decision, {unit}", *table, *_margin(decision)])


def _margin(decision: Decision) -> Iterable[str]:
    """Where the margin comes from; nothing where an older program decided, which did not tell."""
    rate, known = decision.margin_rate, decision.costs_known
    if known:
        rest = "" if known >= 1 else f" for {known:.0%} of it, else by the campaign's rate"
        yield f"An order's margin: {_percent(rate)} of its price, from the costs of its items{rest}"
    elif rate:
        yield f"An order's margin: {_percent(rate)} of its price, the campaign's rate: no cost is known"


def _row(candidate: Candidate, decision: Decision) -> tuple[str, ...]:
    money = [candidate.margin, candidate.discount, candidate.message_cost, candidate.value]
    return (
        "→" if candidate.action == decision.action else "",
        candidate.action,
        _percent(candidate.click_probability) if candidate.offer and "click" in decision.versions else "–",
        _percent(candidate.purchase_probability),
        *(_money(amount, decision.currency) for amount in money),
        _percent(candidate.propensity),
    )


def _effect(decision: Decision) -> str:
    """Where the effect of each offer comes from: what is assumed of the kind of campaign, what closed decisions say."""
    if not decision.learned_from:
        return "What an offer changes about buying is assumed for the kind of campaign, not measured yet"
    rows = [
        (candidate.action, *(f"{lift:+.3f}" for lift in (candidate.prior_lift, _learned(candidate), candidate.lift)))
        for candidate in decision.candidates
        if candidate.offer
    ]
    version = f" (effect {decision.versions['effect']})" if "effect" in decision.versions else ""
    lines = [
        f"What an offer changes about buying, in log-odds: learned from {decision.learned_from:,} closed decisions of",
        f"campaigns of this kind{version}, beginning with what is assumed for the kind",
        *_table([("action", "assumed", "learned on top", "in all"), *rows], numbers=1),
    ]
    return "\n".join(lines)


def _items(decision: Decision) -> str:
    """Which items the model thought of, which of them the message carries, and what held the others back."""
    rows = [
        (
            "→" if one.offered else "",
            one.item,
            f"{one.score:.3f}",
            one.held_back or ("" if one.offered else "not needed"),
        )
        for one in decision.items
    ]
    version = f" (recommender {decision.versions['recommender']})" if "recommender" in decision.versions else ""
    lines = [f"Items for the message{version}: neither looked at in this session nor in the cart"]
    return "\n".join([*lines, *_table([("", "item", "score", "why not"), *rows])])


def _learned(candidate: Candidate) -> float:
    return candidate.lift - candidate.prior_lift


def _draw(decision: Decision) -> str:
    reached = [0.0]
    for candidate in decision.candidates:
        reached.append(reached[-1] + candidate.propensity)
    place = next((k for k, c in enumerate(decision.candidates) if c.action == decision.action), 0)
    start, end = reached[place], reached[place + 1]
    spread = "better actions are drawn more often, and some chance is spread over all, to keep learning"
    held = " (held out after the draw, so that both arms are alike)" if decision.arm == "holdout" else ""
    lines = [
        f"The draw fell on {decision.uniform:.4f}: {decision.action} has {start:.4f} to {end:.4f}.",
        f"Its chance was {_percent(decision.propensity)}: {spread} ({_percent(decision.exploration)}).",
        f"Arm: {decision.arm}{held}.",
    ]
    return "\n".join(["Chance", *(f"  {line}" for line in lines)])


def _background(decision: Decision) -> str:
    models = {name: version for name, version in decision.versions.items() if name != ITEMS}
    versions = ", ".join(f"{name} {version}" for name, version in sorted(models.items()))
    reasons = f" ({', '.join(decision.risk_reasons)})" if decision.risk_reasons else ""
    lines = [
        f"Fraud risk {decision.risk:.3f}{reasons}",
        f"Models: {versions or 'none active yet, so a base rate was used'}",
        *(f"Catalogue: the snapshot of {moment(int(version))}" for version in _catalogue(decision)),
        f"Log record: {decision.origin.text}",
    ]
    return "\n".join(["Behind it", *(f"  {line}" for line in lines)])


def _catalogue(decision: Decision) -> Iterable[str]:
    """The version of the snapshot of items that was in force, if there was one: a time in ms."""
    return [decision.versions[ITEMS]] if ITEMS in decision.versions else []


def _percent(share: float) -> str:
    return f"{share * 100:.2f} %"


def _money(amount: float, currency: str) -> str:
    return as_text(amount, currency) if currency else f"{amount:.1f}"


def _table(rows: Sequence[tuple[str, ...]], numbers: int = 99) -> Iterable[str]:
    """Aligned columns; those from index ``numbers`` on stand flush right."""
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    for row in rows:
        cells = [
            cell.rjust(width) if k >= numbers else cell.ljust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield ("  " + "  ".join(cells)).rstrip()
