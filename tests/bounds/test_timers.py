"""Timers: as many as users have, however often they are set; and so many before one record."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from schemas.records import ErasureRequested, IdentityLinked
from streams.profiles.user import Timer, User
from streams.timers import TimerIndex
from streams.users import Users
from tests.making.logs import MINUTE
from tests.making.stories import ON_CART, Story

TOKENS, NAMES = ("a", "b"), ("wait:x", "wait:y", "idle:")
Action = tuple[str, str, str, int]
actions = st.lists(
    st.tuples(
        st.sampled_from(("set", "set", "set", "drop", "take", "erase", "rebuild")),
        st.sampled_from(TOKENS),
        st.sampled_from(NAMES),
        st.integers(0, 50),
    ),
    max_size=80,
)


def entries(index: TimerIndex) -> int:
    """How many entries the index holds."""
    return len(index._fresh) + len(index._clock)


def due_first(users: Users, until: int) -> tuple[str, str, int] | None:
    """What must fire next, by looking at every user: those that need freshness first, then by due, token, name."""
    live = [(t.due, token, name) for token, user in users for name, t in user.timers.items() if t.due <= until]
    for fresh in (True, False):
        of_kind = sorted(timer for timer in live if timer[2].startswith("wait:") == fresh)
        if of_kind:
            due, token, name = of_kind[0]
            return token, name, due
    return None


@given(actions)
def test_timers_fire_in_order_whatever_was_set_and_dropped(drawn: list[Action]) -> None:
    """The index gives what a look at every user would, and is the same one that a recovery would make."""
    users = Users()
    index = TimerIndex(users)
    for what, token, name, number in drawn:
        if what == "set":
            index.set(token, users.change(token), name, Timer(number))
        elif what == "drop":
            index.drop(token, users.change(token), name)
        elif what == "erase":
            users.remove(token)
        elif what == "rebuild":
            index.rebuild()
        else:
            expected, taken = due_first(users, number), index.next_due(number, number)
            assert (None if taken is None else (taken[0], taken[1], taken[2].due)) == expected


def test_a_timer_that_is_set_again_and_again_is_one_entry() -> None:
    """A bot that fills its cart for hours, taking everything out or buying it in between."""
    users = Users()
    index, user = TimerIndex(users), users.change("bot")
    for number in range(10_000):
        index.set("bot", user, "wait:cart", Timer(number + 30 * MINUTE))
        if number % 3 == 0:
            index.drop("bot", user, "wait:cart")
    assert entries(index) == 1
    assert len(index._loose) <= 1


def test_the_index_does_not_grow_with_events() -> None:
    """The same through the fold: carts, purchases, carts; then everything fires once."""
    told = Story(ON_CART)
    for _ in range(500):
        for kind in ("add_to_cart", "add_to_cart", "purchase"):
            told.at += 10
            told.happens("u", kind)
    told.happens("u", "add_to_cart")
    index = told.fold._timers
    assert entries(index) + len(index._loose) <= 4
    told.waits(31)
    assert len(told.decisions()) == 1


def test_at_most_500_timers_fire_before_one_record() -> None:
    """However many are due at once; the others fire before the next records, none is lost."""
    told = Story(structs.replace(ON_CART))
    for number in range(1200):
        told.happens(f"u{number}", "add_to_cart")
    told.at += 31 * MINUTE
    fired = []
    for _ in range(4):
        before = len(told.decisions())
        told.reads(told.at)
        fired.append(len(told.decisions()) - before)
    assert sum(fired) == 1200
    assert max(fired) <= 3 * 500  # a watermark of each of three sources


def test_one_turn_fires_no_more_than_it_may() -> None:
    """Before one record, by count."""
    settings = structs.replace(Story().fold._settings, timers_per_record=7)
    told = Story(ON_CART, settings=settings)
    for number in range(20):
        told.happens(f"u{number}", "add_to_cart")
    told.waits(31)
    before = len(told.decisions())
    told.happens("somebody", "view")
    assert len(told.decisions()) - before == 7


def test_every_profile_leaves_in_the_end() -> None:
    """One that began with an event, one of which only consent is known, one that came back meanwhile."""
    settings = structs.replace(Story().fold._settings, idle_after=100 * MINUTE)
    told = Story(ON_CART, settings=settings)
    told.happens("seen", "view")
    told.consents("silent", push=True)
    told.happens("back", "view")
    told.waits(60)
    told.happens("back", "view")
    told.waits(60)
    assert {token for token, _ in told.fold.users} == {"back"}
    told.waits(60)
    assert len(told.fold.users) == 0
    assert entries(told.fold._timers) == 0


def test_an_index_of_profiles_that_are_gone_holds_nothing_for_ever() -> None:
    """Erased customers leave entries behind until these are due, and no longer."""
    users = Users()
    index = TimerIndex(users)
    for number in range(100):
        user: User = users.change("u")
        index.set("u", user, "idle:", Timer(1000 + number))
        users.remove("u")
    assert index.next_due(5000, 5000) is None
    assert entries(index) == 0


def test_erasing_a_customer_again_and_again_leaves_one_entry() -> None:
    """A flood of requests must not fill the index until the timers are due, in half a year."""
    told = Story()
    for _ in range(50):
        told.at += 10
        told.happens("u", "view")
        told.at += 10
        told.say("u", ErasureRequested("x", told.at))
    index = told.fold._timers
    assert entries(index) + len(index._loose) <= 2


def test_what_was_told_lately_is_not_idle() -> None:
    """Consent, attributes and a link are signs of life: none is forgotten the day after it was given."""
    settings = structs.replace(Story().fold._settings, idle_after=100 * MINUTE)
    told = Story(settings=settings)
    told.consents("u", push=False)
    told.happens("visitor", "view", stable=False)
    told.waits(99)
    told.consents("u", push=True)
    told.say("visitor", IdentityLinked("l", told.at, "w"))
    told.waits(99)
    assert {token for token, _ in told.fold.users} == {"u", "visitor"}
    told.waits(2)
    assert len(told.fold.users) == 0
