"""One rule against duplicates: what intake writes again after a crash counts once."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.codec import decode_record, encode_msgpack
from schemas.records import Ticked, WatermarkReached
from streams.fold import DecideFold
from streams.folding import LogRecord, Output
from streams.models.store import ModelStore
from tests.making.logs import SETTINGS, make_log

TIMES = (Ticked, WatermarkReached)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 300))
@example(seed=1, back=300)
def test_a_piece_of_the_log_written_again_changes_no_user_and_writes_nothing(seed: int, back: int) -> None:
    """Whatever stands in the repeated records, and however many: only the counters of duplicates grow."""
    made = make_log(seed, 300)
    fold, outputs = DecideFold(0, SETTINGS, ModelStore()), list[Output]()
    fold.fold(made.records, outputs)
    users = {token: encode_msgpack(user) for token, user in fold.users}
    counters, before = dict(fold.counters()), len(outputs)
    again = [record for record in made.records[2:][-back:] if not isinstance(decode_record(record.value).body, TIMES)]
    end = len(made.records)
    fold.fold([LogRecord(end + n, old.timestamp, old.key, old.value) for n, old in enumerate(again)], outputs)
    assert {token: encode_msgpack(user) for token, user in fold.users} == users
    assert len(outputs) == before
    grown = {name: count for name, count in fold.counters().items() if counters.get(name) != count}
    assert all(name.startswith("duplicates_total|") for name in grown)
    assert sum(grown.values()) - sum(counters.get(name, 0) for name in grown) == len(again)
