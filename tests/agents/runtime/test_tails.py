"""What recovery finds in an output partition."""

from hypothesis import given
from hypothesis import strategies as st

from agents.runtime.tails import Tail, TailRead, Written, digest, written
from streams.folding import Output

HEADERS = (("origin", b"e1/0/7/0"),)
TEXT = st.binary(max_size=6)


@given(TEXT, TEXT, st.lists(st.tuples(st.text(max_size=3), TEXT), max_size=3))
def test_a_digest_tells_apart_where_key_value_and_headers_end(
    key: bytes, value: bytes, headers: list[tuple[str, bytes]]
) -> None:
    """Moving a byte across a border gives another digest; the same message the same."""
    assert digest(key, value, headers) == digest(key, value, tuple(headers))
    assert digest(key + b"x", value, headers) != digest(key, b"x" + value, headers)
    assert digest(key, value, [*headers, ("a", b"")]) != digest(key, value, headers)


def test_messages_that_no_fold_wrote_are_passed_over() -> None:
    """Without an origin of four parts a message is nobody's output."""
    assert written(0, b"", b"", []) is None
    assert written(0, b"", b"", [("origin", b"hello")]) is None


def test_an_origin_leads_back_to_its_record() -> None:
    """Epoch, and the offset that caused the output."""
    entry = written(3, b"k", b"v", HEADERS)
    assert entry == Written(b"e1/0/7/0", b"e1", 7, 3, digest(b"k", b"v", HEADERS))


def test_outputs_that_retention_took_are_not_sent_again() -> None:
    """As many as are gone after the position had been sent; what comes after them is missing."""
    tail = Tail(TailRead(position=4, lost=2, written=[]), applied=-1, strict=True)
    outputs = [Output("decisions", b"k", b"v", (("origin", b"e1/0/%d/0" % n),)) for n in range(3)]
    assert [tail.take(output) for output in outputs] == [-1, -1, None]
    assert not tail


def test_what_retention_took_stood_before_what_is_left() -> None:
    """Offsets that are gone may have held no output: what comes after the first one left is missing all the same."""
    left = Written(b"e1/0/1/0", b"e1", 1, 9, digest(b"k", b"v", (("origin", b"e1/0/1/0"),)))
    tail = Tail(TailRead(position=4, lost=5, written=[left]), applied=-1, strict=True)
    outputs = [Output("decisions", b"k", b"v", (("origin", b"e1/0/%d/0" % n),)) for n in range(3)]
    assert [tail.take(output) for output in outputs] == [-1, 9, None]
    assert Tail(TailRead(4, 5, [left]), applied=1, strict=True).take(outputs[2]) is None


def test_of_repeats_the_first_counts() -> None:
    """A zombie's repeat stands further back and does not move the position past what lies between."""
    output = Output("decisions", b"k", b"v", HEADERS)
    entries = [Written(HEADERS[0][1], b"e1", 7, at, digest(b"k", b"v", HEADERS)) for at in (3, 9)]
    assert Tail(TailRead(3, 0, entries), applied=-1, strict=True).take(output) == 3
