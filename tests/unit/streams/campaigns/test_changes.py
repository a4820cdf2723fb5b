from pathlib import Path

import pytest

from schemas.campaigns import Campaign, RateLimit
from streams.campaigns.changes import NextSet, joined, next_set, with_state
from streams.campaigns.policies import parse_policies
from streams.campaigns.sets import CheckedSet, check_set

TEXT = Path("deploy/examples/campaigns/cart-rescue.yaml").read_text(encoding="utf-8")
HOLDOUT_LINE = TEXT.splitlines().index("  holdout: 20%") + 1


def checked(text: str = TEXT, **others: str) -> CheckedSet:
    """A set of one file, and others by name."""
    found = check_set({"cart.yaml": text} | {f"{name}.yaml": other for name, other in others.items()})
    assert not found.problems
    return found


def after(*texts: str) -> tuple[Campaign, ...]:
    """The campaigns that hold after applying these versions of the file, one after the other."""
    held: tuple[Campaign, ...] = ()
    for text in texts:
        held = next_set(held, checked(text)).campaigns
    return held


def change(found: str, written: str, *, before: str = TEXT) -> NextSet:
    """What applying a changed file to a live campaign leads to."""
    return next_set(after(before), checked(TEXT.replace(found, written)))


def test_a_first_set_is_version_one() -> None:
    """Nothing was in force."""
    planned = next_set((), checked())
    assert [campaign.ref for campaign in planned.campaigns] == ["cart-rescue@1"]
    assert planned.changes[0].text == "new, version 1, live"


def test_the_same_file_changes_nothing() -> None:
    """Applying is idempotent."""
    planned = next_set(after(TEXT), checked())
    assert (planned.campaigns, planned.changes) == (after(TEXT), ())


@pytest.mark.parametrize(
    ("found", "written", "message"),
    [
        ("holdout: 20%", "holdout: 5%", "cannot change from 20% to 5% while live"),
        ("window: 48h", "window: 24h", "cannot change from 48h to 24h while live"),
    ],
)
def test_what_is_measured_is_frozen_while_live(found: str, written: str, message: str) -> None:
    """With the line, and two ways out."""
    line = TEXT.splitlines().index(f"  {found}") + 1
    field = found.partition(":")[0]
    assert [problem.text for problem in change(found, written).problems] == [
        f'cart.yaml:{line} experiment.{field}: {message}; end it, or start "cart-rescue-2"'
    ]


def test_pausing_first_is_no_way_around() -> None:
    """A paused experiment is still under way."""
    problems = change("holdout: 20%", "holdout: 5%", before=TEXT.replace("state: live", "state: paused")).problems
    assert "while paused" in problems[0].message


@pytest.mark.parametrize("state", ["draft", "shadow", "ended"])
def test_what_is_not_measured_may_change(state: str) -> None:
    """Before it is live, and after it has ended."""
    planned = change("holdout: 20%", "holdout: 5%", before=TEXT.replace("state: live", f"state: {state}"))
    assert not planned.problems
    assert planned.campaigns[0].version == 2


def test_any_other_change_is_a_new_version() -> None:
    """And says what changed."""
    planned = change("per_user: 1 per 7d", "per_user: 1 per 3d")
    assert planned.campaigns[0].version == 2
    assert planned.campaigns[0].per_user == RateLimit(1, 3 * 86_400_000)
    assert planned.changes[0].text == "version 1 → 2: per_user"


def test_pausing_and_resuming_keep_the_version_and_so_the_experiment() -> None:
    """Arms are drawn anew with each version."""
    paused = with_state(after(TEXT), "cart-rescue", "paused")
    assert [(campaign.ref, campaign.state) for campaign in paused] == [("cart-rescue@1", "paused")]
    resumed = next_set(paused, checked())
    assert (resumed.campaigns, resumed.changes[0].text) == (after(TEXT), "version 1, paused → live")


def test_from_shadow_to_live_is_a_new_version() -> None:
    """Nobody was written to before: what was seen then is not the experiment."""
    assert after(TEXT.replace("state: live", "state: shadow"), TEXT)[0].version == 2


def test_a_campaign_without_its_file_is_ended_and_remembered() -> None:
    """A file that comes back continues the numbering."""
    gone = next_set(after(TEXT), check_set({}))
    assert [(campaign.ref, campaign.state) for campaign in gone.campaigns] == [("cart-rescue@1", "ended")]
    assert next_set(gone.campaigns, checked()).campaigns[0].version == 2


def test_the_successor_s_name_is_free() -> None:
    """The way out is one that works."""
    other = TEXT.replace("campaign: cart-rescue", "campaign: cart-rescue-2")
    planned = next_set(after(TEXT), checked(TEXT.replace("holdout: 20%", "holdout: 5%"), other=other))
    assert planned.problems[0].message.endswith('start "cart-rescue-3"')
    assert planned.problems[0].line == HOLDOUT_LINE


def test_names_are_unique_in_a_set() -> None:
    """Two files may not speak for one campaign."""
    found = check_set({"a.yaml": TEXT, "b.yaml": TEXT})
    assert [problem.text for problem in found.problems] == [
        'b.yaml:3 campaign: "cart-rescue" is taken by a.yaml; rename one'
    ]


def test_policies_are_read_and_there_is_always_a_default() -> None:
    """1 per 1d and 3 per 7d, unless the file says otherwise."""
    own = parse_policies("gentle: [1 per 7d]", "policies.yaml")
    assert [policy.name for policy in own.policies] == ["default", "gentle"]
    assert own.policies[0].limits == (RateLimit(1, 86_400_000), RateLimit(3, 7 * 86_400_000))
    stricter = parse_policies("default: [1 per 30d]", "policies.yaml")
    assert stricter.policies[0].limits == (RateLimit(1, 30 * 86_400_000),)


def test_a_wrong_policy_is_told() -> None:
    """In the same form as everything else."""
    assert [problem.text for problem in parse_policies("default: 3 per 7d\nother: [often]", "p.yaml").problems] == [
        'p.yaml:1 default: "3 per 7d" is not a list; write [3 per 7d]',
        'p.yaml:2 other[0]: "often" is not a limit; write a count and a window, such as 3 per 7d',
    ]


def test_a_campaign_may_name_any_policy_of_its_set() -> None:
    """And no other."""
    text = TEXT.replace("contact_policy: default", "contact_policy: gentle")
    assert not check_set({"d/cart.yaml": text, "d/policies.yaml": "gentle: [1 per 7d]"}).problems
    assert check_set({"d/cart.yaml": text}).problems[0].field == "limits.contact_policy"


def test_a_single_file_changes_its_campaign_alone() -> None:
    """The others stay as they are, and so do the policies that it does not name."""
    current = after(TEXT)
    other = TEXT.replace("campaign: cart-rescue", "campaign: other")
    assert other != TEXT
    planned = next_set(current, checked(other), whole=False)
    assert sorted((c.name, c.state) for c in planned.campaigns) == [("cart-rescue", "live"), ("other", "live")]
    gentle, strict = checked().policies[0], checked().policies[-1]
    assert joined((gentle, strict), (gentle,)) == tuple({p.name: p for p in (gentle, strict)}.values())
