"""Input nobody meant: arbitrary bytes, and valid text that was damaged a little."""

import re

from hypothesis import strategies as st

JSON_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null')
ODD_JSON = (
    b"null",
    b"true",
    b"NaN",
    b"-Infinity",
    b"-1",
    b"0",
    b"-0.0",
    b"1e999",
    b"0.1e-400",
    b"9" * 400,
    b"18446744073709551616",
    b"9223372036854775807",
    b"253402300800000",
    b'""',
    b'" "',
    b'"\\ud800"',
    b'"\\u0000"',
    b'"\xff"',
    b'"\xf0\x9f\x98\x80\xe2\x80\xae"',
    b'"' + b"a" * 100_000 + b'"',
    b"[" * 5000 + b"]" * 5000,
    b'{"a":' * 3000 + b"1" + b"}" * 3000,
    b"[]",
    b"{}",
    b'[{"price":null}]',
)
"""Values where others belong: other types, other sizes, what looks like a number and is none."""

YAML_VALUE = re.compile(r"(?<=: )[^\n]+")
BOMB = "".join(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9) if n else 'lol'}]\n" for n in range(9))
ODD_YAML = (
    "",
    "~",
    "&a [*a]",
    "&a {b: *a}",
    "*nobody",
    '!!python/object/apply:os.system ["true"]',
    "!!binary aGVsbG8=",
    "!!set {a, b}",
    "!!timestamp 2001-01-01",
    "0777",
    "1_000",
    "1:30:00",
    "9" * 5000,
    "1e400",
    ".nan",
    "-.inf",
    "yes",
    "2026-02-30",
    '"\\ud800"',
    '"\\0"',
    "|\n  text\n  more",
    "[" * 3000,
    "{a: " * 500 + "1" + "}" * 500,
    "- " * 400 + "x",
    "? [a]\n: b",
    "{<<: {name: x}}",
    "x" * 100_000,
    "{op: '>=', value: 1e309}",
    '"%{coupon} {customer} {{}}"',
    "31d 5h",
    "99999999999999999999d",
    "-1 EUR",
    "0.001 JPY",
)


@st.composite
def damaged(draw: st.DrawFn, originals: tuple[bytes, ...]) -> bytes:
    """A valid message after a few cuts, repeats, exchanged bytes and odd values."""
    data = draw(st.sampled_from(originals))
    for _ in range(draw(st.integers(0, 4))):
        data = draw(st.sampled_from((_replaced, _cut, _repeated, _exchanged)))(draw, data)
    return data


def _replaced(draw: st.DrawFn, data: bytes) -> bytes:
    tokens = [found.span() for found in JSON_TOKEN.finditer(data[:20_000])]
    if not tokens:
        return data
    start, end = draw(st.sampled_from(tokens))
    return data[:start] + draw(st.sampled_from(ODD_JSON)) + data[end:]


def _span(draw: st.DrawFn, data: bytes) -> tuple[int, int]:
    start = draw(st.integers(0, len(data)))
    return start, min(len(data), start + draw(st.integers(0, 40)))


def _cut(draw: st.DrawFn, data: bytes) -> bytes:
    start, end = _span(draw, data)
    return data[:start] + data[end:]


def _repeated(draw: st.DrawFn, data: bytes) -> bytes:
    """Twice the same, so that keys come twice as well."""
    start, end = _span(draw, data)
    return data[:end] + data[start:end] * draw(st.integers(1, 3)) + data[end:]


def _exchanged(draw: st.DrawFn, data: bytes) -> bytes:
    start, end = _span(draw, data)
    return data[:start] + draw(st.binary(max_size=12)) + data[end:]


def anything(originals: tuple[bytes, ...]) -> st.SearchStrategy[bytes]:
    """Mostly damaged messages, now and then bytes of any kind."""
    return st.one_of(damaged(originals), damaged(originals), damaged(originals), st.binary(max_size=400))


@st.composite
def damaged_text(draw: st.DrawFn, originals: tuple[str, ...], odd: tuple[str, ...] = ODD_YAML) -> str:
    """A valid file whose values were exchanged for odd ones, with lines lost, doubled and put in."""
    lines = draw(st.sampled_from(originals)).splitlines(keepends=True)
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, max(0, len(lines) - 1)))
        what = draw(st.sampled_from(("value", "value", "lose", "double", "insert", "indent", "any")))
        line = lines[at] if lines else ""
        if what == "value":
            text = draw(st.sampled_from(odd))
            lines[at : at + 1] = [YAML_VALUE.sub(lambda _, t=text: t, line)]  # type: ignore[misc] # bound in the loop
        elif what == "any":
            lines.insert(at, draw(st.text(max_size=40)) + "\n")
        else:
            change = {"lose": [], "double": [line, line], "insert": [draw(st.sampled_from(odd)) + "\n", line]}
            lines[at : at + 1] = change.get(what, ["  " + line])
    return "".join(lines)
