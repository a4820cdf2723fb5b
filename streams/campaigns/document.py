"""A YAML document as fields that know their place, and the list of what is wrong with it."""

import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import NamedTuple

import yaml

INT = "tag:yaml.org,2002:int"
FLOAT = "tag:yaml.org,2002:float"
BOOL = "tag:yaml.org,2002:bool"
NULL = "tag:yaml.org,2002:null"
MAX_DEPTH = 16
MOST_BRACKETS = 100
_BRACKET = re.compile(r"[\[\]{}]")
MOST_SHOWN = 600
"""Characters of a message; what stands in a file may be longer."""


class Problem(NamedTuple):
    """One thing that is wrong: what was found, then what was meant."""

    file: str
    line: int
    field: str
    message: str

    @property
    def text(self) -> str:
        """``cart.yaml:17 who.all[0].feature: unknown "cart.valeu"; did you mean "cart.value"?``."""
        place = f"{self.file}:{self.line} {self.field}".rstrip()
        return f"{place}: {self.message}"


class Report:
    """Collects every problem of a file, and the line on which each field stands."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.lines: dict[str, int] = {}

    def say(self, line: int, path: str, message: str) -> None:
        """Note a problem, in one line however much of the file it quotes."""
        self.problems.append(Problem(self.file, line, _in_one_line(path), _in_one_line(message)))

    def sorted(self) -> tuple[Problem, ...]:
        """All problems in the order of the file, each once."""
        return tuple(sorted(set(self.problems)))


class Field(NamedTuple):
    """A value in a document with its path."""

    node: yaml.Node
    path: str
    report: Report

    @property
    def line(self) -> int:
        """The line on which the value starts, from 1."""
        return int(self.node.start_mark.line) + 1

    @property
    def raw(self) -> str:
        """The scalar as it is written, quotes aside; empty for a list or a mapping."""
        return str(self.node.value) if isinstance(self.node, yaml.ScalarNode) else ""

    @property
    def shown(self) -> str:
        """The value as an error message shows it."""
        if isinstance(self.node, yaml.MappingNode):
            return "a mapping"
        if isinstance(self.node, yaml.SequenceNode):
            return "a list"
        if self.node.tag == NULL:
            return "nothing"
        return f'"{self.raw}"' if self.is_text else self.raw

    @property
    def is_text(self) -> bool:
        """Whether it is a scalar that YAML reads as text."""
        return isinstance(self.node, yaml.ScalarNode) and self.node.tag not in {INT, FLOAT, BOOL, NULL}

    def wrong(self, message: str) -> None:
        """Note what is wrong with this value."""
        self.report.say(self.line, self.path, message)

    def child(self, node: yaml.Node, step: str) -> "Field":
        """A value within this one; remembers its line."""
        path = step if not self.path else self.path + step if step.startswith("[") else f"{self.path}.{step}"
        self.report.lines.setdefault(path, int(node.start_mark.line) + 1)
        return Field(node, path, self.report)


def _shallow(text: str) -> str:
    """The text, unless brackets are open within so many others that reading it would take seconds.

    Raises:
        RecursionError: they are, quotes not looked at.

    """
    depth = 0
    for bracket in _BRACKET.findall(text):
        depth += 1 if bracket in "[{" else -1
        if depth > MOST_BRACKETS:
            raise RecursionError
    return text


def _in_one_line(text: str) -> str:
    """The text without line breaks; of a long one the beginning, and the end with what to do."""
    joined = " ".join(text.split())
    return joined if len(joined) <= MOST_SHOWN else f"{joined[: MOST_SHOWN // 2]} … {joined[-MOST_SHOWN // 2 :]}"


def open_document(text: str, report: Report) -> Field | None:
    """The document's root; None, with the problem noted, if the text is not YAML or empty."""
    try:
        node = yaml.compose(_shallow(text), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        at_fault = text.splitlines()[line - 1 : line]
        report.say(line, "", f"not YAML: {error.problem}{_syntax_hint(at_fault[0] if at_fault else '')}")
        return None
    except yaml.YAMLError as error:
        report.say(1, "", f"not YAML: {str(error).splitlines()[0]}; save the file as UTF-8 text")
        return None
    except RecursionError:
        report.say(1, "", "brackets within brackets, too many to read; a campaign needs a few levels")
        return None
    if node is None:
        report.say(1, "", "the file is empty; `deploy/examples/campaigns` has files to start from")
        return None
    return Field(node, "", report)


def _syntax_hint(line: str) -> str:
    if "op:" in line:
        return '; write the operator in quotes, such as op: ">="'
    if "\t" in line:
        return "; indent with spaces"
    return "; check quotes, brackets and indentation here"


def did_you_mean(found: str, known: Collection[str]) -> str:
    """``; did you mean "cart.value"?``, or nothing where no known word is close."""
    close = get_close_matches(found, list(known), n=1, cutoff=0.6)
    return f'; did you mean "{close[0]}"?' if close else ""


def entries(field: Field, known: Collection[str], unsupported: Mapping[str, str] | None = None) -> dict[str, Field]:
    """The known keys of a mapping; unknown, doubled and not yet supported ones are noted (the last stay readable)."""
    if not isinstance(field.node, yaml.MappingNode):
        field.wrong(f"{field.shown} is not a mapping; write keys such as {', '.join(sorted(known)[:4])}")
        return {}
    later = unsupported or {}
    found: dict[str, Field] = {}
    for key_node, value in field.node.value:
        key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
        child = field.child(value, key)._replace()
        line = int(key_node.start_mark.line) + 1
        if key in found:
            field.report.say(line, child.path, f"written twice; keep one (the first is on line {found[key].line})")
            continue
        if key in later:
            field.report.say(line, child.path, f"not supported yet; {later[key]}")
        elif key not in known:
            hint = did_you_mean(key, known) or f"; known here: {', '.join(sorted(known))}"
            field.report.say(line, child.path, f"unknown key{hint}")
        found[key] = child
    return found


def free_entries(field: Field) -> dict[str, Field]:
    """All keys of a mapping whose keys are names of the writer's own."""
    if not isinstance(field.node, yaml.MappingNode):
        field.wrong(f"{field.shown} is not a mapping; write one line per name")
        return {}
    return entries(field, [str(key.value) for key, _ in field.node.value if isinstance(key, yaml.ScalarNode)])


def items(field: Field) -> list[Field]:
    """The elements of a list, of which there must be at least one."""
    if not isinstance(field.node, yaml.SequenceNode):
        field.wrong(f"{field.shown} is not a list; write [{field.raw or '…'}]")
        return []
    if not field.node.value:
        field.wrong("the list is empty; name at least one, or remove the key")
    return [field.child(node, f"[{place}]") for place, node in enumerate(field.node.value)]


def require(field: Field, found: Mapping[str, Field], needed: Mapping[str, str]) -> bool:
    """Note each needed key that is missing, with an example of what to write; whether all are there."""
    for key, example in needed.items():
        if key not in found:
            path = f"{field.path}.{key}" if field.path else key
            field.report.say(field.line, path, f"missing; write {example}")
    return all(key in found for key in needed)
