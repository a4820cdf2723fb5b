import pytest

from agents.wording import closest, explained, reason

SHAPES = {"": ("partitions", "level"), "deep": ("one", "two")}


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Expected `int`, got `str` - at `$.partitions`", "partitions: expected `int`, got `str`"),
        ("Object contains unknown field `partition`", 'partition: unknown; did you mean "partitions"?'),
        ("Object contains unknown field `x` - at `$.deep`", "deep.x: unknown; there is one, two"),
        ("Object missing required field `one` - at `$.deep`", "deep.one is missing"),
        ("Invalid enum value 'much' - at `$.level`", 'level: "much" is not known; there is high, low'),
        ("Invalid enum value 'hih' - at `$.level[2]`", 'level[2]: "hih" is not known; did you mean "high"?'),
        ("Invalid enum value 'x' - at `$.other`", "other: invalid enum value 'x'"),
        ("Expected `object`, got `int`", "the file: expected `object`, got `int`"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_would_fit(sentence: str, said: str) -> None:
    """Whatever msgspec says of it."""
    assert explained(sentence, SHAPES, {"level": ("high", "low")}) == said


def test_what_cannot_be_read_at_a_glance_is_not_listed() -> None:
    """A line stays a line."""
    assert closest("x", [f"name-{n}" for n in range(50)]) == "nothing known is like it"


def test_why_a_file_cannot_be_read() -> None:
    """Without Python's names for it, and without the file's, which stands before it."""
    assert reason(FileNotFoundError(2, "No such file or directory", "a/b")) == "no such file or directory"
    assert reason(UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")) == "it is not UTF-8 text"
