from agents.transport.lease import Lease


def test_nothing_is_done_before_the_first_answered_heartbeat() -> None:
    """Joining proves nothing: a paused process may read an old answer."""
    assert not Lease(10, 1.5, lambda: 0.0).may_act()


def test_the_lease_ends_a_margin_before_the_session() -> None:
    """The last answered heartbeat plus the session timeout less the margin."""
    now = [100.0]
    lease = Lease(10, 1.5, lambda: now[0])
    lease.answered(100.0)
    now[0] = 108.4
    assert lease.may_act()
    now[0] = 108.5
    assert not lease.may_act()
    lease.answered(107.0)
    assert lease.may_act()


def test_a_late_answer_does_not_shorten_the_lease() -> None:
    """Answers count by when they were asked for."""
    now = [100.0]
    lease = Lease(10, 1.5, lambda: now[0])
    lease.answered(99.0)
    lease.answered(95.0)
    now[0] = 107.0
    assert lease.may_act()
    assert lease.silence() == 8.0
