"""What a simulation in one process ends with: what happened, what was learned, and whether the truth was met."""

from typing import Any

from agents.simulation.account import Account
from agents.simulation.in_process import ShopInProcess

Figures = dict[str, Any]


def summarise(ran: ShopInProcess, account: Account) -> Figures:
    """The figures under stable names; losses are progressive mean log losses in nats."""
    losses = ran.system.response.losses()
    return {
        "events": ran.events,
        "users": ran.system.users(),
        **account.summary(),
        "log_loss": {name: {"model": model, "constant": constant} for name, (model, constant) in losses.items()},
        "unwanted_messages": ran.shop.unwanted,
        "customers": _customers(ran),
    }


def _customers(ran: ShopInProcess) -> list[Figures]:
    """Per type of customer, carts weighed at the end of a visit or when a message came, beside the truth."""
    return [
        {
            "type": kind.customer,
            "contacted": kind.contacted,
            "carts": weighings.count,
            "bought": weighings.bought,
            "expected": round(weighings.expected, 1),
        }
        for kind, weighings in sorted(ran.shop.weighings.items())
        if kind.cart
    ]


def in_words(figures: Figures) -> list[str]:
    """The figures as lines that a person reads."""
    letters = sum(figures["dead_letters"].values())
    lines = [
        f"{figures['events']} messages from the shop, {figures['users']} customers with a profile",
        f"{figures['decisions']} decisions: {_counts(figures['decisions_by_result'])}",
        f"{figures['triggers']} triggers, {figures['revocations']} of them revoked",
        f"{figures['refusals']} refusals: {_counts(figures['refusals_by_gate'])}",
        f"{figures['outcomes']} outcomes: {_counts(figures['outcomes_by_status'])}",
        f"{figures['models_activated']} models activated: {_counts(figures['models_activated_by_name'])}",
        f"{figures['fraud_alerts']} fraud alerts, {letters} dead letters",
        f"{figures['unwanted_messages']} messages without consent",
    ]
    for name, loss in figures["log_loss"].items():
        lines.append(f"log loss of {name}: {loss['model']:.4f}, of the constant {loss['constant']:.4f}")
    for row in figures["customers"]:
        how = "messages turned" if row["contacted"] else "without a message bought"
        lines.append(f"{row['type']}: {how} {row['bought']} of {row['carts']} carts, by the truth {row['expected']}")
    return lines


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items(), key=lambda c: (-c[1], c[0]))) or "none"
