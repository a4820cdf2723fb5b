"""``bounds.txt`` says what the code does, and names tests that there are."""

from functools import reduce
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import pytest

HERE = Path(__file__).parent


class Bound(NamedTuple):
    """A line of the table; ``constant`` is ``module:NAME``, empty where the figure follows from others."""

    what: str
    most: str
    constant: str
    test: str


LINES = (HERE / "bounds.txt").read_text(encoding="utf-8").splitlines()[3:]
BOUNDS = [Bound(*(cell.strip() for cell in line.split("|"))) for line in LINES]


@pytest.mark.parametrize("bound", BOUNDS, ids=lambda bound: bound.what)
def test_a_bound_is_what_the_table_says_and_has_a_test(bound: Bound) -> None:
    """The constant has this value, and the test is in its file."""
    if bound.constant:
        module, _, name = bound.constant.partition(":")
        *path, last = name.split(".")
        assert str(_value(reduce(getattr, path, import_module(module)), last)) == bound.most
    file, _, test = bound.test.partition("::")
    assert f"def {test}" in (HERE.parent / file).read_text(encoding="utf-8")


def _value(owner: Any, name: str) -> object:
    """A module's constant, or the default of a struct's field."""
    if not hasattr(owner, "__struct_defaults__"):
        return getattr(owner, name)
    fields = owner.__struct_fields__[-len(owner.__struct_defaults__) :]
    return dict(zip(fields, owner.__struct_defaults__, strict=True))[name]
