import logging

from agents.logs import Seldom


def test_a_library_says_the_same_only_now_and_then() -> None:
    """A broker that is away makes aiokafka say so ten times a second; our own lines always pass."""
    seldom = Seldom()

    def passes(name: str, message: str) -> bool:
        return bool(seldom.filter(logging.LogRecord(name, logging.ERROR, "", 0, message, (), None)))

    assert passes("aiokafka", "away %s")
    assert not passes("aiokafka", "away %s")
    assert passes("aiokafka", "back")
    assert passes("promostream.worker", "once")
    assert passes("promostream.worker", "once")
