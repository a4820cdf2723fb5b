"""A fixed set of customers at a fixed rate, a bot that bursts on one key, and a delivery service: never more of any."""

import random
import threading
import time
from collections import deque
from collections.abc import Callable

from confluent_kafka import Consumer, TopicPartition

from agents.clients import consumer, producer
from agents.runtime.partition import wall_ms
from agents.settings import Settings
from schemas.codec import decode_json, encode_json
from schemas.decisions import Decision
from schemas.events import Event, EventType, OrderLine
from schemas.money import Money
from schemas.outcomes import Outcome, OutcomeStatus
from schemas.privacy import PrivacyRequest
from schemas.topics import DECISIONS, OUTCOMES, PRIVACY, TRIGGERS
from schemas.triggers import Trigger
from streams.intake.sources import source_of
from streams.intake.tokens import Tokens

WEIGHTS: dict[EventType, int] = {"view": 70, "click": 10, "favourite": 4, "add_to_cart": 8, "purchase": 5, "refund": 1}
CATEGORIES = 40
ITEMS = 400
BOT = "u-bot"
TURN = 0.01
AT_ONCE = 500
PRICES = [Money(value, "CNY") for value in (900, 7_900, 19_900)]


class Crowd:
    """``rate`` events/s of ``users`` customers in a thread; while ``bursting`` is set, the bot's ``bot_rate`` besides.

    ``latencies`` holds whether the bot was at it, and how long (ms) after an event of somebody else its decision
    could be read. Every fourth message is clicked.
    """

    def __init__(self, settings: Settings, users: int, rate: int, bot_rate: int) -> None:
        self.made = self.bot_made = 0
        self.failed = ""
        self.bursting = threading.Event()
        self.latencies: deque[tuple[bool, float]] = deque(maxlen=200_000)
        self._settings = settings
        self._users = [f"u-{number}" for number in range(users)]
        self._rate, self._bot_rate = rate, bot_rate
        self._chance = random.Random(7)
        self._producer = producer(settings)
        self._bot = Tokens(settings.tokens().value).token(BOT)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="crowd", daemon=True)

    def start(self) -> None:
        """Consent, then go."""
        for user in (*self._users, BOT):
            request = PrivacyRequest(
                request_id=f"c-{user}",
                user_id=user,
                kind="consent",
                occurred_at=wall_ms(),
                channels={"push": True, "sms": True},
            )
            self._send(PRIVACY, user, encode_json(request))
        self._producer.flush(20)
        self._thread.start()

    def stop(self) -> None:
        """End, with everything on the broker."""
        self._ending.set()
        self._thread.join()
        self._producer.flush(20)

    def _run(self) -> None:
        try:
            with self._from_end(DECISIONS) as decisions, self._from_end(TRIGGERS) as triggers:
                self._live(decisions, triggers)
        except Exception as error:  # noqa: BLE001 - a thread's last line of defence: the soak must hear of it
            self.failed = f"{type(error).__name__}: {error}"

    def _live(self, decisions: Consumer, triggers: Consumer) -> None:
        owed, owed_by_bot, before = 0.0, 0.0, time.monotonic()
        while not self._ending.is_set():
            now = time.monotonic()
            owed += (now - before) * self._rate
            owed_by_bot = (owed_by_bot + (now - before) * self._bot_rate) * self.bursting.is_set()
            before = now
            self.made += self._publish(int(owed), lambda: self._chance.choice(self._users))
            self.bot_made += self._publish(int(owed_by_bot), lambda: BOT)
            owed, owed_by_bot = owed % 1, owed_by_bot % 1
            self._each(decisions, self._note)
            self._each(triggers, self._deliver)
            time.sleep(TURN)

    def _publish(self, count: int, who: Callable[[], str]) -> int:
        for _ in range(count):
            event = self._event(who())
            self._send(source_of(event.type), event.user_id or "", encode_json(event))
        return count

    def _event(self, user: str) -> Event:
        (kind,) = self._chance.choices(list(WEIGHTS), list(WEIGHTS.values()))
        number, price = self._chance.randrange(ITEMS), self._chance.choice(PRICES)
        ordered = kind in {"purchase", "refund"}
        item, category = f"i-{number}", f"shelf.{number % CATEGORIES}"
        return Event(
            event_id=f"{self.made}-{self.bot_made}-{self._chance.getrandbits(48):x}",
            type=kind,
            user_id=user,
            occurred_at=wall_ms(),
            item_id=None if ordered else item,
            category=None if ordered else category,
            price=None if ordered else price,
            device_id=f"d-{user}-{number % 3}",
            order_id=f"o-{self.made}-{self.bot_made}" if ordered else None,
            lines=(OrderLine(item_id=item, category=category, quantity=1, price=price),) if ordered else (),
        )

    def _note(self, value: bytes) -> None:
        decision = decode_json(value, Decision)
        if decision.opened_by.kind == "event" and decision.user != self._bot:
            late = wall_ms() - decision.opened_by.occurred_at
            self.latencies.append((self.bursting.is_set(), late))

    def _deliver(self, value: bytes) -> None:
        trigger = decode_json(value, Trigger)
        if trigger.kind != "send":
            return
        statuses: list[OutcomeStatus] = ["accepted", "delivered"]
        statuses += ["clicked"] if self._chance.random() < 0.25 else []
        for status in statuses:
            outcome = Outcome(
                outcome_id=f"{trigger.trigger_id}-{status}",
                trigger_id=trigger.trigger_id,
                user=trigger.user,
                status=status,
                occurred_at=wall_ms(),
            )
            self._send(OUTCOMES, trigger.user, encode_json(outcome))

    def _send(self, topic: str, key: str, value: bytes) -> None:
        try:
            self._producer.produce(self._settings.topic(topic), value, key.encode())
        except BufferError:
            self._producer.poll(0.1)
            self._send(topic, key, value)
        self._producer.poll(0)

    def _from_end(self, topic: str) -> Consumer:
        reader = consumer(self._settings, fetch_wait_max_ms=10)
        name = self._settings.topic(topic)
        places = [TopicPartition(name, partition) for partition in range(self._settings.partitions)]
        for place in places:
            place.offset = reader.get_watermark_offsets(place, timeout=10)[1]
        reader.assign(places)
        return reader

    def _each(self, reader: Consumer, take: Callable[[bytes], None]) -> None:
        for message in reader.consume(AT_ONCE, 0):
            if message.error() is None:
                take(message.value() or b"")
