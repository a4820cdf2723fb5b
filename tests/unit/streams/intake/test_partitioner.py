import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.intake.partitioner import murmur2, partition_of


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-long-string", -985981536),
        (b"a-little-bit-longer-string", -1486304829),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        (b"abc", 479470107),
    ],
)
def test_the_hash_is_that_of_the_java_client(data: bytes, expected: int) -> None:
    """The vectors of Kafka's own ``UtilsTest.testMurmur2``, there as signed integers."""
    assert murmur2(data) == expected % 2**32


@given(token=st.text(max_size=60), partitions=st.integers(1, 128))
def test_every_token_has_a_partition(token: str, partitions: int) -> None:
    """The partition is one of those there are, and always the same."""
    token = token.encode("utf-8", "ignore").decode()
    assert 0 <= partition_of(token, partitions) < partitions
    assert partition_of(token, partitions) == partition_of.__wrapped__(token, partitions)
