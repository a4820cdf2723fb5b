"""Whether a sequence of messages is the one that was expected: nothing missing, doubled, altered or out of order."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from agents.runtime.tails import origin_of
from tests.making.topics import Written

PARTS = 4
"""Of an origin: epoch or topic, partition, offset, n."""
SHOWN = 3
"""How many messages a problem names."""


class Compared(NamedTuple):
    """What is wrong, one line each, and how many messages were there again, byte for byte."""

    problems: list[str]
    repeats: int = 0


def compare_sequences(place: str, found: Sequence[Written], expected: Sequence[Written]) -> Compared:
    """Public outputs: the first of each origin must be what was expected, in order; later ones must equal the first."""
    problems, firsts = list[str](), dict[bytes, Written]()
    for message in found:
        if firsts.setdefault(origin_of(message[2]), message) != message:
            problems.append(f"{place}: {_text(origin_of(message[2]))} has two bodies")
    problems += _differences(place, firsts, {origin_of(message[2]): message for message in expected})
    return Compared(problems, len(found) - len(firsts))


def newest(found: Iterable[Written]) -> dict[bytes, list[Written]]:
    """Internal outputs by what wrote them, as a reader keeps them: what is not newer is dropped."""
    kept: dict[bytes, list[Written]] = {}
    seen: dict[bytes, tuple[int, int]] = {}
    for message in found:
        writer, offset, n = origin_of(message[2]).rsplit(b"/", 2)
        if (int(offset), int(n)) > seen.get(writer, (-1, -1)):
            seen[writer] = int(offset), int(n)
            kept.setdefault(writer, []).append(message)
    return kept


def compare_kept(place: str, found: Sequence[Written], expected: Sequence[Written]) -> Compared:
    """Internal outputs: what a reader keeps is what was expected, in order, and what it drops is no other body."""
    nameless = [message for message in found if origin_of(message[2]).count(b"/") < PARTS - 1]
    if nameless:
        return Compared([f"{place}: {len(nameless)} messages without origin"])
    bodies = {origin_of(message[2]): message for message in expected}
    altered = [m for m in found if bodies.get(origin_of(m[2]), m) != m]
    problems = [f"{place}: {_text(origin_of(message[2]))} has two bodies" for message in altered]
    kept, wanted = newest(found), newest(expected)
    for writer in sorted({*kept, *wanted}):
        both = (_by_origin(kept.get(writer, [])), _by_origin(wanted.get(writer, [])))
        problems += _differences(f"{place} from {_text(writer)}", *both)
    return Compared(problems, len(found) - sum(map(len, kept.values())))


def compare_entries(place: str, found: Mapping[str, bytes], expected: Mapping[str, bytes]) -> list[str]:
    """State by key: the same keys with the same bytes."""
    problems = []
    for what, keys in (
        ("is missing", expected.keys() - found.keys()),
        ("should not be there", found.keys() - expected.keys()),
        ("differs", {key for key in found.keys() & expected.keys() if found[key] != expected[key]}),
    ):
        if keys:
            problems.append(f"{place}: {len(keys)} × state that {what}: {', '.join(sorted(keys)[:SHOWN])}")
    return problems


def joined(*parts: Compared) -> Compared:
    """Several comparisons as one."""
    problems = [problem for part in parts for problem in part.problems]
    return Compared(problems, sum(part.repeats for part in parts))


def _differences(place: str, found: Mapping[bytes, Written], expected: Mapping[bytes, Written]) -> list[str]:
    problems = []
    for what, names in (
        ("missing", [name for name in expected if name not in found]),
        ("unexpected", [name for name in found if name not in expected]),
        ("altered", [name for name in found if name in expected and found[name] != expected[name]]),
    ):
        if names:
            problems.append(f"{place}: {len(names)} of {len(expected)} {what}: {', '.join(map(_text, names[:SHOWN]))}")
    if not problems and list(found) != list(expected):
        swapped = next(name for name, right in zip(found, expected, strict=True) if name != right)
        problems.append(f"{place}: out of order at {_text(swapped)}")
    return problems


def _by_origin(messages: Sequence[Written]) -> dict[bytes, Written]:
    return {origin_of(message[2]): message for message in messages}


def _text(name: bytes) -> str:
    return name.decode(errors="replace") or "a message without origin"
