from pathlib import Path
from typing import Any

import msgspec
import pytest

from agents.errors import WrongUse
from agents.histories.history import History, read_history
from agents.histories.mapping import Mapping, read_mapping
from schemas.codec import decode_json
from schemas.events import Event, OrderLine
from schemas.money import Money
from schemas.privacy import PrivacyRequest

COLUMNS: dict[str, Any] = {
    "user_id": "user",
    "occurred_at": {"column": "at", "format": "seconds"},
    "type": {"column": "what", "values": {"pv": "view", "buy": "purchase"}},
    "item_id": "item",
    "price": {"column": "price", "currency": "USD"},
}
HEAD = "user,at,what,item,price\n"


def history(tmp_path: Path, rows: str, **more: Any) -> History:
    """A history of these CSV rows."""
    path = tmp_path / "history.csv"
    path.write_text(HEAD + rows)
    return read_history(str(path), msgspec.convert({"format": "csv", "columns": COLUMNS} | more, Mapping))


def events(found: History) -> list[Event]:
    """Its events in time order."""
    return [decode_json(message.value, Event) for message in found.events]


def test_what_a_history_lacks_is_made_up(tmp_path: Path) -> None:
    """Event ids from file and row, an order per user and second with one line; no id contains the user's."""
    found = history(tmp_path, "alice,1511544070,buy,i,2.50\nalice,1511544070,buy,j,\nalice,1511544071,buy,i,\n")
    first, second, third = events(found)
    assert first.event_id == f"{found.digest}-1"
    assert first.lines == (OrderLine(item_id="i", price=Money(250, "USD")),)
    assert second.lines == (OrderLine(item_id="j"),)
    assert first.order_id == second.order_id != third.order_id
    assert "alice" not in first.event_id + str(first.order_id)


def test_repeated_rows_are_separate_events(tmp_path: Path) -> None:
    """A platform's history has no ids; what stands in it twice happened twice."""
    found = history(tmp_path, "u,1511544070,pv,i,\n" * 3)
    assert len({event.event_id for event in events(found)}) == 3


def test_the_mapping_s_consent_comes_before_a_user_s_first_event(tmp_path: Path) -> None:
    """Once per user, at the first event's time, for the channels named; without it there is none."""
    rows = "b,1511544072,pv,i,\na,1511544070,pv,i,\nb,1511544071,pv,i,\n,1511544073,pv,i,\n"
    found = history(tmp_path, rows, defaults={"consent": ["push", "sms"]})
    assert [(message.row, message.key) for message in found.messages()] == [
        (0, b"a"),
        (2, b"a"),
        (0, b"b"),
        (3, b"b"),
        (1, b"b"),
        (4, b""),
    ]
    request = decode_json(next(found.messages()).value, PrivacyRequest)
    assert (request.user_id, request.occurred_at) == ("a", 1_511_544_070_000)
    assert request.channels == {"push": True, "sms": True}
    assert "a" not in request.request_id.removeprefix(f"{found.digest}-consent")
    assert [message.row for message in history(tmp_path, rows).messages()] == [2, 3, 1, 4]


def test_a_limit_takes_the_first_events_in_time(tmp_path: Path) -> None:
    """With the consents that these need."""
    found = history(tmp_path, "b,1511544072,pv,i,\na,1511544070,pv,i,\n", defaults={"consent": ["push"]})
    assert [message.row for message in found.messages(limit=1)] == [0, 2]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("u,2017-11-24,pv,i,\n" * 3, 'row 1, column "at" is "2017-11-24": not a time of format "seconds"; "%Y-%m-%d"'),
        ("u,1511544070,pv,i,\n" * 20 + "u,1511544070,fav,i,\n" * 2, 'row 21, column "what" is "fav"'),
        ("u,1511544070,pv,i,cheap\n" * 2, 'row 1, column "price" is "cheap"'),
        ("u,1511544070,cart,i,\n", 'column "what" is "cart"'),
    ],
)
def test_a_mapping_that_does_not_fit_is_named_with_column_row_and_value(tmp_path: Path, rows: str, said: str) -> None:
    """Nothing is published on a wrong mapping; the line says what would fit."""
    with pytest.raises(WrongUse) as failure:
        history(tmp_path, rows)
    assert said in str(failure.value)
    assert "\n" not in str(failure.value)


def test_a_rare_bad_row_is_no_wrong_mapping(tmp_path: Path) -> None:
    """It is one dead letter."""
    found = history(tmp_path, "u,1511544070,pv,i,\n" * 9 + "u,1511544070,?,i,\n")
    assert (len(found.events), len(found.unreadable), found.rows) == (9, 1, 10)


@pytest.mark.data
def test_taobao_is_whole_but_for_its_last_row(data: Path, examples: Path) -> None:
    """84,475 rows of 815 users, 35 of them before the nine days; the last is cut off and keeps its bytes."""
    found = read_history(
        str(data / "taobao_userbehavior.csv.gz"), read_mapping(str(examples / "mappings" / "taobao.toml"))
    )
    assert (len(found.events), found.rows) == (84_475, 84_476)
    assert len({event.key for event in found.events}) == 815
    assert sum(event.time < 1_511_539_200_000 for event in found.events) == 35
    assert [(row.row, row.raw) for row in found.unreadable] == [(84_476, b"100370,1968385,1875258,pv")]
    assert [event.time for event in found.events] == sorted(event.time for event in found.events)


@pytest.mark.data
def test_rees46_is_taken_row_by_row(data: Path, examples: Path) -> None:
    """17,435 rows of 4,505 users, its last, cut-off row included as the mapping says; repeats are separate."""
    found = read_history(
        str(data / "rees46_2019_oct_sample.csv.gz"), read_mapping(str(examples / "mappings" / "rees46.toml"))
    )
    assert (len(found.events), found.rows) == (17_435, 17_435)
    assert len({event.key for event in found.events}) == 4_505
    assert len({event.event_id for event in events(found)}) == 17_435
