"""The capacity model keeps the laws of arithmetic: more load never needs less, twice the workers halve the share."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.capacity import coefficients
from deploy.capacity.coefficients import Coefficients, NotMeasured, from_bench
from deploy.capacity.model import Assumptions, Load, plan, share_of

COSTS = Coefficients(
    machine="2 × some CPU",
    decide_us_per_event=25.0,
    refold_us_per_event=20.0,
    intake_us_per_event=30.0,
    memory_bytes_per_user=2_000.0,
    worker_bytes=200e6,
    checkpoint_bytes_per_user=700.0,
    input_bytes_per_event=300.0,
    log_bytes_per_event=250.0,
    output_bytes_per_event=150.0,
    opening_us_per_user=10.0,
    fence_seconds=0.5,
    start_seconds=2.0,
)
GIVEN = Assumptions()
USERS = st.floats(1.0, 1e10)
EVENTS = st.floats(0.0, 1e7)
GROWING = ("decide_workers", "partitions", "intake_workers", "storage", "brokers", "checkpoint_bytes_per_second")


@given(users=USERS, events=EVENTS, more_users=st.floats(1.0, 10.0), more_events=st.floats(1.0, 10.0))
def test_more_load_never_needs_less(users: float, events: float, more_users: float, more_events: float) -> None:
    """Workers, partitions, brokers, storage and traffic never shrink when users or events grow."""
    small = plan(Load(users, events), COSTS, GIVEN)
    large = plan(Load(users * more_users, events * more_events), COSTS, GIVEN)
    assert [name for name in GROWING if getattr(large, name) < getattr(small, name) * (1 - 1e-12)] == []
    assert large.network_bytes_per_second >= small.network_bytes_per_second * (1 - 1e-12)


@given(users=USERS, events=EVENTS, workers=st.integers(1, 10_000))
def test_twice_the_workers_halve_the_share(users: float, events: float, workers: int) -> None:
    """Users, events and CPU of each are halved; of the memory what is not the program itself."""
    one, two = (share_of(Load(users, events), count, COSTS) for count in (workers, 2 * workers))
    assert two.users == pytest.approx(one.users / 2)
    assert two.events_per_second == pytest.approx(one.events_per_second / 2)
    assert two.cpu == pytest.approx(one.cpu / 2)
    own = COSTS.worker_bytes
    assert two.memory - own == pytest.approx((one.memory - own) / 2, rel=1e-6, abs=1.0)


@given(users=USERS, events=EVENTS)
def test_the_shares_add_up_to_the_load(users: float, events: float) -> None:
    """What falls to each worker, times the workers, is the load."""
    found = plan(Load(users, events), COSTS, GIVEN)
    assert found.share.users * found.decide_workers == pytest.approx(users)
    assert found.share.events_per_second * found.decide_workers == pytest.approx(events)


@given(users=USERS, events=EVENTS)
def test_a_plan_keeps_what_it_promises(users: float, events: float) -> None:
    """No worker is busier, larger or slower to open than assumed; partitions are spare; one worker may be lost."""
    found = plan(Load(users, events), COSTS, GIVEN)
    assert found.share.cpu <= GIVEN.busy * (1 + 1e-9)
    assert found.share.memory <= GIVEN.memory_per_worker * (1 + 1e-9)
    assert found.share.users * COSTS.opening_us_per_user / 1e6 <= GIVEN.opening_target * (1 + 1e-9)
    assert found.partitions >= GIVEN.spare_partitions * found.decide_workers
    assert found.decide_workers >= 2


def test_a_bench_file_becomes_coefficients() -> None:
    """Every coefficient is one of the curves' figures."""
    figures = {name: getattr(COSTS, name) for name in Coefficients.__struct_fields__ if name != "machine"}
    figures |= {"idle_decide_bytes": figures.pop("worker_bytes"), "longest_pause_ms": 30.0}
    assert from_bench(msgspec.json.encode({"machine": COSTS.machine, "curves": [], "figures": figures})) == COSTS


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"machine": "x", "figures": {"decide_us_per_event": 3}}'])
def test_another_file_is_refused_in_one_line(data: bytes) -> None:
    """What is no file of curves says how to make one."""
    with pytest.raises(NotMeasured, match=r"scripts/bench --curves"):
        from_bench(data)


def test_the_kept_coefficients_are_whole() -> None:
    """The file in the repository can be read, and every cost in it is positive."""
    kept = coefficients.read()
    assert [name for name in kept.__struct_fields__ if name != "machine" and getattr(kept, name) <= 0] == []
