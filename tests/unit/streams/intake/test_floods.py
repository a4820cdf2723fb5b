from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.intake.floods import BURST_SECONDS, RESUME_SECONDS, Floods
from streams.intake.merge import Input

NOW = 1_793_498_281_500
RATE = 10
CHUNK = 7
CLICKS: Input = ("clicks", 3)
VIEWS: Input = ("browses", 0)
FEEDS = st.lists(st.tuples(st.integers(0, 120_000), st.integers(0, 200)), max_size=60)
"""Silences in ms, each followed by so many bad messages that the platform published in it."""


def read(floods: Floods, bad: int, now: int) -> int:
    """Read up to ``bad`` garbage messages in chunks until the partition is paused; how many were read."""
    done = 0
    while done < bad and not floods.paused(CLICKS, now):
        for _ in range(min(CHUNK, bad - done)):
            floods.refused(CLICKS, now)
            done += 1
    return done


@settings(deadline=None)
@given(FEEDS)
def test_dead_letters_keep_their_rate(feed: list[tuple[int, int]]) -> None:
    """In any stretch of time a partition brings at most its rate, a burst and a chunk, whatever is published."""
    floods, now, waiting, made = Floods(RATE), NOW, 0, list[tuple[int, int]]()
    for silence, bad in feed:
        now, waiting = now + silence, waiting + bad
        done = read(floods, waiting, now)
        waiting -= done
        made.append((now, done))
    for first, (began, _) in enumerate(made):
        for last in range(first, len(made)):
            seconds = (made[last][0] - began) / 1000
            assert sum(done for _, done in made[first : last + 1]) <= RATE * (seconds + BURST_SECONDS) + CHUNK


@settings(deadline=None)
@given(FEEDS)
def test_what_is_paused_goes_on_by_itself(feed: list[tuple[int, int]]) -> None:
    """After any flood a source is read to its end by waiting alone; a pause lasts seconds, not a flicker."""
    floods, now, waiting = Floods(RATE), NOW, sum(bad for _, bad in feed)
    while waiting:
        waiting -= read(floods, waiting, now)
        if floods.paused(CLICKS, now):
            assert floods.paused(CLICKS, now + 5_000)
            assert not floods.paused(CLICKS, now + (RESUME_SECONDS + 1) * 1000)
            now += (RESUME_SECONDS + 1) * 1000
    assert not floods.paused(VIEWS, now)


def test_a_source_that_now_and_then_errs_is_never_paused() -> None:
    """At its rate or under it, for as long as one likes."""
    floods = Floods(RATE)
    for second in range(10_000):
        for _ in range(RATE):
            floods.refused(CLICKS, NOW + second * 1000)
        assert not floods.paused(CLICKS, NOW + second * 1000)


def flooded(floods: Floods, now: int) -> bool:
    """Whether a burst at ``now`` pauses the partition."""
    read(floods, RATE * BURST_SECONDS + 1, now)
    return floods.paused(CLICKS, now)


def test_only_the_partition_that_brings_garbage_is_paused() -> None:
    """Its topic's other partitions, and other topics, are read on; who loses it forgets it."""
    floods = Floods(RATE)
    assert flooded(floods, NOW)
    assert not floods.paused(("clicks", 4), NOW)
    assert not floods.paused(VIEWS, NOW)
    floods.own({VIEWS})
    assert not floods.paused(CLICKS, NOW)


def test_a_clock_that_is_set_back_pauses_for_no_longer() -> None:
    """Time counts from the new present on."""
    moved: list[Callable[[int], int]] = [lambda t: t - 86_400_000, lambda t: t + 86_400_000]
    for change in moved:
        floods = Floods(RATE)
        assert flooded(floods, NOW)
        now = change(NOW)
        floods.paused(CLICKS, now)
        assert not floods.paused(CLICKS, now + (RESUME_SECONDS + 1) * 1000)
