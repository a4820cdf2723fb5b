"""Where a record came from: the one rule against duplicates rests on it."""

import msgspec


class Origin(msgspec.Struct, frozen=True, array_like=True):
    """The source of an internal record; per (source, partition) the pair (offset, n) only ever grows.

    ``source`` is a topic name without prefix (``clicks@2`` once it was made again), or a writer's name such as
    ``watermark/clicks``;
    ``n`` numbers the records that stem from the same source offset.
    """

    source: str
    partition: int
    offset: int
    n: int = 0

    @property
    def text(self) -> str:
        """Readable form for headers and dead letters: ``clicks/3/904412/0``."""
        return f"{self.source}/{self.partition}/{self.offset}/{self.n}"

    @property
    def topic(self) -> str:
        """The source as the topic that it is, however often that was made again."""
        return self.source.partition("@")[0]
