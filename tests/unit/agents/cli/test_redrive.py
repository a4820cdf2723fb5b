"""What `promostream redrive` is told and what it tells, where no broker is needed."""

import json
import time

import click
import msgspec
import pytest

from agents.cli.redrive import Moment, Origin
from agents.errors import BROKER, USAGE
from agents.redriving.wording import figures, in_words
from schemas.dead_letters import DeadLetter
from schemas.origins import Origin as Place
from schemas.topics import CLICKS, USER_LOG
from streams.intake.choosing import Selection, Tally, choose
from streams.intake.redriving import Redriven, redrive
from tests.making.commands import ended, only_line

NOW = 1_793_498_281_500


def letters() -> list[DeadLetter]:
    """Three of clicks, one of them redriven before, and one of the log."""
    place = [Place(CLICKS, 3, 1), Place(CLICKS, 3, 2), Place(CLICKS, 3, 3), Place(USER_LOG, 0, 9)]
    said = {"message": "price.currency: 'XXX' is no ISO 4217 currency", "field": "price.currency"}
    told = {"reason": "impossible_value", "at": NOW, "key": b"", "value": b"{}"} | said
    return [msgspec.convert(told | {"origin": origin}, DeadLetter) for origin in place]


def tally() -> Tally:
    """What choosing all of them comes to."""
    made, all_four = Tally(), letters()
    list(choose(all_four, Redriven([redrive(all_four[0])]), Selection(until=NOW), None, made))
    return made


def test_the_plan_is_told_in_words() -> None:
    """How many of what, the first of them, what was redriven before, and what cannot be and why."""
    assert in_words(tally()).splitlines() == [
        "2 of 4 selected dead letters can be redriven (4 read)",
        "  2 of clicks: impossible_value (price.currency)",
        "  such as clicks/3/2/0: price.currency: 'XXX' is no ISO 4217 currency",
        "  such as clicks/3/3/0: price.currency: 'XXX' is no ISO 4217 currency",
        "1 not again: they were redriven before, or are repeats of a letter",
        "1 not: a poison record stands in the log and may have been counted in part: run a program that can fold it",
    ]


def test_the_summary_has_stable_names() -> None:
    """For scripts: the same figures for a dry run and for the real one."""
    dry, done = figures(tally(), None), figures(tally(), 1.5)
    assert json.loads(msgspec.json.encode(dry)) == dry
    assert (dry["dry_run"], dry["letters_read"], dry["selected"]) == (True, 4, 4)
    assert (dry["redriven"], dry["redriven_before"]) == (2, 1)
    assert dry["by"] == [{"source": "clicks", "reason": "impossible_value", "field": "price.currency", "letters": 2}]
    assert (done["dry_run"], done["seconds"]) == (False, 1.5)


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("2026-11-22T14:00", 1_795_356_000_000),
        ("2026-11-22T14:00:00Z", 1_795_356_000_000),
        ("2026-11-22T22:00+08:00", 1_795_356_000_000),
        ("2026-11-22", 1_795_305_600_000),
    ],
)
def test_a_time_is_utc_unless_it_names_a_zone(text: str, ms: int) -> None:
    """ISO 8601, a date or a time."""
    assert Moment().convert(text, None, None) == ms


def test_a_time_may_be_so_long_ago() -> None:
    """As durations are written in campaigns."""
    ago = time.time() * 1000 - Moment().convert("2h", None, None)
    assert 7_200_000 <= ago < 7_230_000


@pytest.mark.parametrize("text", ["clicks/3/904412", "clicks/3/904412/0"])
def test_an_origin_is_a_message_or_its_letters_key(text: str) -> None:
    """As metrics, logs and the letters themselves show it."""
    assert Origin().convert(text, None, None) == ("clicks", 3, 904_412)


@pytest.mark.parametrize(
    ("kind", "text"), [(Moment(), "yesterday"), (Moment(), "2x"), (Origin(), "clicks"), (Origin(), "clicks/x/1")]
)
def test_what_is_no_time_or_origin_is_answered_with_one(kind: click.ParamType, text: str) -> None:
    """The line shows what one looks like."""
    with pytest.raises(click.BadParameter, match=r"write such as 2026-11-22T14:00|looks like clicks/3/904412"):
        kind.convert(text, None, None)


def test_a_wrong_option_is_wrong_use() -> None:
    """Before any broker is asked."""
    result = ended("redrive", "--since", "yesterday", BOOTSTRAP_SERVERS="127.0.0.1:1")
    assert result.returncode == USAGE
    assert "yesterday is no time" in only_line(result)


def test_without_a_broker_nothing_is_redriven() -> None:
    """One line that says which broker does not answer."""
    result = ended("redrive", "--yes", BOOTSTRAP_SERVERS="127.0.0.1:1")
    assert result.returncode == BROKER
    assert "no broker answers at 127.0.0.1:1" in only_line(result)
