import pytest

from streams.campaigns.document import Report, open_document
from streams.campaigns.schedule import ALWAYS, schedule


def read(text: str) -> tuple[tuple[int, int] | None, list[str]]:
    """The schedule of a section, and what is wrong with it."""
    report = Report("f.yaml")
    root = open_document(text, report)
    assert root is not None
    return schedule(root), [problem.text for problem in report.sorted()]


def test_local_times_follow_the_zone_s_clock() -> None:
    """Berlin is two hours ahead in summer, one in winter."""
    found, problems = read('{from: "2026-10-24T12:00", until: "2026-10-26T12:00", timezone: Europe/Berlin}')
    assert not problems
    assert found is not None
    assert found[1] - found[0] == (48 + 1) * 3_600_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{until: 2026-11-12}", (0, 1_794_441_600_000)),
        ('{from: "2026-11-01T08:00+08:00"}', (1_793_491_200_000, ALWAYS[1])),
    ],
)
def test_either_end_may_be_open_and_dates_need_no_quotes(text: str, expected: tuple[int, int]) -> None:
    """A date alone is its midnight; an offset speaks for itself."""
    assert read(text) == (expected, [])


def test_an_hour_that_does_not_exist_is_refused() -> None:
    """At 02:30 clocks had gone forward."""
    found, problems = read('{from: "2026-03-29T02:30", timezone: Europe/Berlin}')
    assert found is None
    assert len(problems) == 1
    assert '"2026-03-29T02:30" does not exist in Europe/Berlin' in problems[0]
