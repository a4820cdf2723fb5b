"""One example of each message: real, readable, and one story; used by the contract, golden files and tests."""

from msgspec import Struct

from schemas.examples.decisions import DECISIONS
from schemas.examples.learning import LEARNING
from schemas.examples.platform import PUBLISHED
from schemas.examples.records import RECORDS
from schemas.examples.triggers import TRIGGERS

EXAMPLES: dict[str, Struct] = PUBLISHED | TRIGGERS | DECISIONS | LEARNING | RECORDS
"""Every example by name: the message's type, and after a dot which one where there are several."""


def examples_of(kind: type[Struct]) -> dict[str, Struct]:
    """The examples of one message, by name."""
    return {name: message for name, message in EXAMPLES.items() if type(message) is kind}
