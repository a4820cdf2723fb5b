"""What ``coordinate`` remembers of accounts and entities: bounded, whoever shares what with whom."""

from schemas.codec import encode_msgpack
from streams.folding import LogRecord
from streams.fraud.rings.evidence import CROWD
from streams.fraud.rings.finding import RingFinding
from streams.fraud.rings.graph import MOST_ACCOUNTS, MOST_PER_ACCOUNT, EntityGraph
from tests.making.sightings import START, folded, log_of, sharing, sighting, told

MOST = 300


def test_the_graph_does_not_grow_with_accounts_or_entities() -> None:
    """Ten times as many entities later it holds as many as it may, the newest, and no account without one."""
    fold = RingFinding(most=MOST)
    for number in range(10 * MOST):
        seen = sighting(number, f"u{number // 2}", ("device", number), ("payment", number // 3), at=START + number)
        fold.fold([LogRecord(number, START, None, encode_msgpack(seen))], [])
    assert len(fold.known.graph.entities) == MOST
    assert len(fold.known.graph._of_user) <= 2 * MOST
    assert set(fold.known.marks) <= set(fold.known.graph._of_user)
    assert min(entity.touched for entity in fold.known.graph.entities.values()) > START + 9 * MOST


def test_an_entity_remembers_no_crowd() -> None:
    """A kiosk's device is one entity without anybody."""
    fold, _ = folded(sharing([f"u{n}" for n in range(500)], ("device", 1), ("address", 2)))
    assert [len(entity.users) for entity in fold.known.graph.entities.values()] == [0, 0]
    assert len(fold.known.graph._of_user) == 0
    assert max(CROWD.values()) <= 16


def test_an_account_has_few_entities() -> None:
    """Whoever orders to ever new addresses is remembered with the first of them."""
    fold, _ = folded(log_of(sighting(n, "u", ("address", n)) for n in range(500)))
    assert len(fold.known.graph._of_user["u"]) == MOST_PER_ACCOUNT == len(fold.known.graph.entities)


def test_a_group_is_the_nearest_accounts_of_a_larger_one() -> None:
    """A chain of a thousand accounts costs no more than one of sixty-four, and a record names no more."""
    graph = EntityGraph()
    for number in range(1000):
        for device in (number, number + 1):
            graph.see(f"u{number:04d}", ("device", device), START)
    group = graph.group("u0500")
    assert len(group) == MOST_ACCOUNTS
    assert {abs(int(user[1:]) - 500) for user in group} <= set(range(MOST_ACCOUNTS // 2 + 1))
    log = log_of(sighting(n, f"u{n}", ("device", n // 10), ("payment", n // 9)) for n in range(600))
    assert max(len(ring.members) for ring in told(folded(log)[1])) <= MOST_ACCOUNTS
