"""Does a consumer keep the delivery contract? Cases with a clock and a provider, for any consumer function.

``python -m deploy.examples.delivery_service.conformance package.module:function`` checks yours. It is called as
``function(messages, provider)``: ``messages`` are pairs of the time (ms) at which each is read and its bytes;
``provider(idempotency_key, now)`` answers "delivered", "busy" (a passing error) or the reason of a final failure.
The function works as if that time were now, goes on until nothing waits, and returns the outcomes it would publish.
"""

import importlib
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from deploy.examples.delivery_service.cases import CASES, SECRETS, Case

Provider = Callable[[str, int], str]
Consumer = Callable[[Sequence[tuple[int, bytes]], Provider], Sequence[bytes]]

FINAL = {"delivered", "failed", "expired", "revoked", "suppressed"}
ACCEPT_WITHIN = 60_000
REQUIRED = ("outcome_id", "trigger_id", "user", "status", "occurred_at")


class Finding(NamedTuple):
    """One promise of the contract that was not kept, in one case."""

    case: str
    problem: str


class Transcript(NamedTuple):
    """What a consumer did in a case: calls as (key, time), and its outcomes."""

    calls: list[tuple[str, int]]
    outcomes: list[dict[str, Any]]


def check(consumer: Consumer) -> list[Finding]:
    """Every promise that the consumer breaks; an empty list is a pass."""
    return [Finding(case.name, problem) for case in CASES for problem in _problems(case, consumer)]


def _problems(case: Case, consumer: Consumer) -> list[str]:
    calls: list[tuple[str, int]] = []
    answers = iter(case.answers)

    def provider(key: str, now: int) -> str:
        calls.append((key, now))
        return next(answers, case.answers[-1] if case.answers else "delivered")

    reported = list(consumer(case.messages, provider))
    done = Transcript(calls, [json.loads(outcome) for outcome in reported])
    return [
        *_about_calls(case, done),
        *_about_outcomes(case, done),
        *(f"a secret stands in an outcome: {s}" for s in SECRETS if any(s.encode() in o for o in reported)),
    ]


def _about_calls(case: Case, done: Transcript) -> list[str]:
    problems = []
    if len(done.calls) != case.calls and case.calls >= 0:
        problems.append(f"the provider was called {len(done.calls)} times instead of {case.calls}")
    for key, now in done.calls:
        if key != case.trigger_id:
            problems.append(f"the idempotency key was {key!r} instead of the trigger's id {case.trigger_id!r}")
        if now >= case.expires_at:
            problems.append(f"an attempt at {now}, not before the expiry at {case.expires_at}")
    return problems


def _about_outcomes(case: Case, done: Transcript) -> list[str]:
    missing = {field for outcome in done.outcomes for field in REQUIRED if field not in outcome}
    if missing:
        return [f"an outcome lacks {field}" for field in sorted(missing)]
    problems = [f"the user is {o['user']!r}" for o in done.outcomes if o["user"] != case.user]
    ends = [(o["status"], o.get("reason", "")) for o in done.outcomes if o["status"] in FINAL]
    if [status for status, _ in ends] != list(case.ends):
        problems.append(f"the final statuses were {[s for s, _ in ends]} instead of {list(case.ends)}")
    if case.reason and (not ends or ends[0][1] != case.reason):
        problems.append(f"the reason was {ends[0][1] if ends else ''!r} instead of {case.reason!r}")
    return problems + (_about_acceptance(case, done) if case.calls else [])


def _about_acceptance(case: Case, done: Transcript) -> list[str]:
    statuses = [o["status"] for o in done.outcomes]
    if "accepted" not in statuses:
        return ["nothing was reported as accepted"]
    first = statuses.index("accepted")
    problems = []
    if any(status in FINAL for status in statuses[:first]):
        problems.append("a final status came before accepted")
    if done.outcomes[first]["occurred_at"] > case.messages[0][0] + ACCEPT_WITHIN:
        problems.append("accepted came later than 60 s after reading")
    return problems


def main() -> None:
    """Check the consumer named on the command line; exit code 1 when it breaks a promise."""
    name = sys.argv[1] if len(sys.argv) > 1 else "deploy.examples.delivery_service.rehearsal:consume"
    module, _, function = name.partition(":")
    findings = check(getattr(importlib.import_module(module), function))
    for finding in findings:
        print(f"{finding.case}: {finding.problem}")
    print(f"{name}: {len(CASES)} cases, {len(findings)} promises broken")
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
