"""A store of checkpoints that is a dict."""

from streams.folding import Fold

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
