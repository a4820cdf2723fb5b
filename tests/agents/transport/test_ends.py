from concurrent.futures import Future
from typing import Any, cast

from confluent_kafka import KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient

from agents.transport.batches import Place
from agents.transport.ends import OVERDUE_MS, Ends

HERE = Place("clicks", 3)


class Answer:
    """An answer of the broker."""

    def __init__(self, offset: int) -> None:
        self.offset = offset


class Broker:
    """Answers when the test wants it to."""

    def __init__(self) -> None:
        self.asked: list[dict[TopicPartition, Future[Any]]] = []

    def list_offsets(self, wanted: dict[TopicPartition, Any], **options: Any) -> dict[TopicPartition, Future[Any]]:
        """Take a question."""
        del options
        self.asked.append({place: Future() for place in wanted})
        return self.asked[-1]

    def answer(self, offset: int) -> None:
        """Answer the last question."""
        for answer in self.asked[-1].values():
            answer.set_result(Answer(offset))


def test_a_partition_is_drained_as_of_the_time_of_asking_once_it_is_read_to_that_end() -> None:
    """Not as of the answer, and not before everything that was there has been read."""
    now, broker = [1000], Broker()
    ends = Ends(lambda: cast("AdminClient", broker), 500, lambda: now[0])
    ends.ask({HERE: 10})
    now[0] = 1200
    broker.answer(20)
    assert ends.reached({HERE: 19}) == {}
    now[0] = 1400
    assert ends.reached({HERE: 20}) == {HERE: 1000}
    assert ends.reached({HERE: 20}) == {}
    assert ends.known() == {HERE: 20}


def test_one_question_at_a_time_and_not_too_often() -> None:
    """An unanswered question is waited for; the next comes after the interval."""
    now, broker = [1000], Broker()
    ends = Ends(lambda: cast("AdminClient", broker), 500, lambda: now[0])
    ends.ask({})
    assert broker.asked == []
    ends.ask({HERE: 0})
    now[0] = 5000
    ends.ask({HERE: 0})
    assert len(broker.asked) == 1
    broker.answer(0)
    assert ends.reached({HERE: 0}) == {HERE: 1000}
    ends.ask({HERE: 0})
    now[0] = 5400
    ends.ask({HERE: 0})
    assert len(broker.asked) == 2


def test_a_question_that_failed_tells_nothing() -> None:
    """Silence may be a lost connection."""
    broker = Broker()
    ends = Ends(lambda: cast("AdminClient", broker), 500, lambda: 1000)
    ends.ask({HERE: 5})
    for answer in broker.asked[-1].values():
        answer.set_exception(RuntimeError("no broker"))
    assert ends.reached({HERE: 5}) == {}


def test_answers_about_partitions_given_away_are_dropped() -> None:
    """They may be asked for again at other positions."""
    broker = Broker()
    ends = Ends(lambda: cast("AdminClient", broker), 500, lambda: 1000)
    ends.ask({HERE: 5})
    ends.forget()
    broker.answer(5)
    assert ends.reached({HERE: 5}) == {}


def test_an_answer_that_never_comes_is_asked_for_again() -> None:
    """Else lag and drained partitions would be unknown until the next rebalance."""
    now, broker = [1000], Broker()
    ends = Ends(lambda: cast("AdminClient", broker), 500, lambda: now[0])
    ends.ask({HERE: 0})
    now[0] += OVERDUE_MS - 1
    ends.ask({HERE: 0})
    assert len(broker.asked) == 1
    now[0] += 1
    ends.ask({HERE: 0})
    assert len(broker.asked) == 2
    broker.answer(20)
    assert ends.reached({HERE: 20}) == {HERE: now[0]}


def test_a_client_that_believes_in_a_leader_of_before_is_replaced() -> None:
    """After a broker's restart it gets no answer any more, a new one does."""
    now, brokers = [1000], list[Broker]()

    def client() -> AdminClient:
        brokers.append(Broker())
        return cast("AdminClient", brokers[-1])

    ends = Ends(client, 500, lambda: now[0])
    ends.ask({HERE: 0})
    for answer in brokers[0].asked[-1].values():
        answer.set_exception(KafkaException(KafkaError(KafkaError.FENCED_LEADER_EPOCH)))
    assert ends.reached({HERE: 20}) == {}
    now[0] = 2000
    ends.ask({HERE: 0})
    brokers[1].answer(20)
    assert ends.reached({HERE: 20}) == {HERE: 2000}
