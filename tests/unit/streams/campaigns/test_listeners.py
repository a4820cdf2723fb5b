"""Finding the campaigns that an event concerns."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.campaigns import Condition, When
from streams.campaigns.active import activate
from streams.campaigns.listeners import Listeners
from streams.features.values import View
from streams.profiles.user import CartLine, User, mark
from tests.making.events import AT
from tests.making.logs import POLICIES, campaign

COUNTS = st.integers(0, 3)

numbers = st.builds(
    Condition,
    feature=st.sampled_from(["cart.items", "purchase.count", "session.category_views"]),
    op=st.sampled_from(["<", "<=", "==", "!=", ">=", ">"]),
    value=COUNTS.map(float),
    negated=st.booleans(),
)
labels = st.builds(Condition, feature=st.just("segment"), op=st.just("=="), value=st.sampled_from(["new", "potential"]))


def groups(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    """Conditions of conditions."""
    several = st.lists(parts, min_size=1, max_size=3).map(tuple)
    return st.builds(Condition, all=several, negated=st.booleans()) | st.builds(Condition, any=several)


wheres = st.lists(st.none() | st.recursive(numbers | labels, groups, max_leaves=5), max_size=8)


@given(wheres, COUNTS, COUNTS, COUNTS)
def test_exactly_the_campaigns_whose_condition_holds_are_found(
    conditions: list[Condition | None], pieces: int, purchases: int, views: int
) -> None:
    """In the order in which they are given: what asking each of them would give."""
    campaigns = [
        activate(campaign(f"c{n}", When(event="view", where=where), per_user=None), POLICIES[0])
        for n, where in enumerate(conditions)
    ]
    user = User(
        last_seen=AT,
        cart={mark("a"): CartLine(pieces, 100)} if pieces else {},
        purchases=purchases,
        last_purchase=AT,
        session_categories={mark("x"): views},
    )
    view = View(user, AT, "a", "x")
    asked = [one.spec.name for one in campaigns if one.where is None or one.where.holds(view)]
    assert [one.spec.name for one in Listeners(campaigns).concerned(view)] == asked
