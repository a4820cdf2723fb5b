"""A store of checkpoints that is a dict."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

from streams.folding import Fold, LogRecord, Output

Entries = dict[bytes, bytes]


def checkpoint(fold: Fold, entries: Entries, most: int = 3) -> bytes:
    """Take one whole checkpoint into ``entries``, so many at a time, and return its head."""
    head = fold.cut()
    while frozen := fold.encode_frozen(most):
        for key, value in frozen:
            if value is None:
                entries.pop(key, None)
            else:
                entries[key] = value
    fold.settle()
    return head


def refolded(
    make: Callable[[], Fold], log: Sequence[LogRecord], cuts: Iterable[int], most: int = 500
) -> tuple[list[Output], bytes | None, Entries]:
    """What a log causes in pieces, each folded by a new fold from the checkpoint before; and the last checkpoint."""
    outputs, head, entries = list[Output](), None, Entries()
    for start, end in pairwise(sorted({min(cut, len(log)) for cut in cuts} | {0, len(log)})):
        fold = make()
        fold.restore(head, entries.items())
        fold.fold(log[start:end], outputs)
        head = checkpoint(fold, entries, most)
    return outputs, head, entries
