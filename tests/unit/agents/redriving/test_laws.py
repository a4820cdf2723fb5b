"""Whatever operators, crashes and clocks do: an event counts once, and what was heard late decides nothing."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.intake.redriving import MOST_ATTEMPTS
from tests.making.logs import MINUTE
from tests.making.redrives import DAY, Shop

KINDS = {"good": {}, "early": {"ahead": DAY + 30 * MINUTE}, "wrong": {"quantity": 0}}
"""Taken at once; taken half an hour later; never taken."""

PUBLISH = st.tuples(st.just("publish"), st.sampled_from(sorted(KINDS)), st.integers(1, 4))
TAKE_IN = st.tuples(st.just("take in"), st.integers(1, 10))
CRASH = st.tuples(st.just("crash"), st.integers(0, 10))
WAIT = st.tuples(st.just("wait"), st.integers(1, 40))
REDRIVE = st.tuples(
    st.just("redrive"),
    st.integers(1, 4),
    st.none() | st.integers(1, 5),
    st.integers(1, 3),
    st.none() | st.integers(0, 6),
)
"""Every k-th message only; at most so many; so many in one transaction; another redrives all before the n-th letter."""
STEPS = st.lists(st.one_of(PUBLISH, TAKE_IN, CRASH, WAIT, REDRIVE), min_size=5, max_size=40)


class Run:
    """A shop and what was published there, by user."""

    def __init__(self) -> None:
        self.shop = Shop()
        self.kinds: dict[str, str] = {}

    def publish(self, kind: str, count: int) -> None:
        """So many events of a kind."""
        for _ in range(count):
            self.kinds[self.shop.publish(**KINDS[kind])] = kind

    def wait(self, minutes: int) -> None:
        """Time passes."""
        self.shop.now += minutes * MINUTE

    def redrive(self, every: int, limit: int | None, at_a_time: int, intruder_at: int | None) -> None:
        """One person redrives some; perhaps another redrives all in the midst of it."""
        passed = iter(range(1_000_000))

        def meanwhile() -> None:
            if next(passed) == intruder_at:
                self.shop.redrive()

        self.shop.redrive(lambda letter: letter.origin.offset % every == 0, limit, at_a_time, meanwhile)

    def play(self, steps: list[tuple[object, ...]]) -> None:
        """Do all that, then wait until nothing is early any more, redrive everything and let it be taken."""
        names = {"publish": self.publish, "wait": self.wait, "redrive": self.redrive}
        acts = names | {"take in": self.shop.take_in, "crash": self.shop.crash}
        for name, *arguments in [*steps, ("take in", 1000), ("wait", 60), ("redrive", 1, None, 2, None)]:
            acts[str(name)](*arguments)  # type: ignore[operator]  # as drawn
            assert all(self.shop.counted(user) <= 1 for user in self.kinds)
        self.shop.take_in()


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_every_event_counts_once_however_its_letter_is_redriven(steps: list[tuple[object, ...]]) -> None:
    """Filters, limits, repeats, two at once, intake crashing and repeating: no event is lost, and none counts twice.

    Ids of events are not needed for that; only who was redriven eight times in vain is given up.
    """
    run = Run()
    run.play(steps)
    shop = run.shop
    given_up = {letter.key.decode() for letter in shop.letters if letter.attempts == MOST_ATTEMPTS}
    for user, kind in run.kinds.items():
        assert shop.counted(user) == (kind != "wrong" and user not in given_up), (user, kind)
    assert "duplicates_total|event_id" not in shop.decide.counters()


@settings(max_examples=50, deadline=None)
@given(STEPS)
def test_redriven_events_decide_nothing(steps: list[tuple[object, ...]]) -> None:
    """A campaign that decides at every such event decides at those which were taken at once, and at no other."""
    run = Run()
    run.play([("publish", "good", 1), ("take in", 1), *steps])
    assert {"e-u-0"} <= run.shop.decided() <= {f"e-{user}" for user, kind in run.kinds.items() if kind == "good"}


@settings(max_examples=50, deadline=None)
@given(STEPS)
def test_what_stays_wrong_does_not_grow_for_ever(steps: list[tuple[object, ...]]) -> None:
    """A message makes one letter for each of its attempts (repeats of a crash aside), and an entry for each redrive."""
    run = Run()
    run.play([*steps, *[("redrive", 1, None, 1000, None), ("take in", 1000)] * (MOST_ATTEMPTS + 3)])
    shop = run.shop
    letters = {(letter.origin.offset, letter.attempts) for letter in shop.letters}
    made = Counter(entry.origin.offset for _, entry in shop.shelf.entries)
    assert len(letters) <= len(run.kinds) * (MOST_ATTEMPTS + 1)
    assert all(count <= MOST_ATTEMPTS for count in made.values())
    assert len({(entry.origin, entry.attempt) for _, entry in shop.shelf.entries}) == made.total()


def test_letters_skipped_by_a_filter_are_redriven_later() -> None:
    """Their offsets are lower than those redriven before: the highest offset alone would drop them."""
    run = Run()
    run.publish("early", 6)
    run.shop.take_in()
    run.wait(60)
    run.redrive(5, None, 1000, None)
    run.shop.take_in()
    assert [run.shop.counted(user) for user in run.kinds] == [1, 0, 0, 0, 0, 1]
    run.redrive(1, None, 1000, None)
    run.redrive(1, None, 1000, None)
    run.shop.take_in()
    assert [run.shop.counted(user) for user in run.kinds] == [1] * 6
    assert run.shop.counters()["redriven_total|clicks"] == 6


def test_who_was_overtaken_adds_nothing_more() -> None:
    """The other one has seen what was added until then, and adds the rest."""
    run = Run()
    run.publish("early", 6)
    run.shop.take_in()
    run.redrive(1, None, 2, 3)
    assert sorted(entry.origin.offset for _, entry in run.shop.shelf.entries) == list(range(6))
