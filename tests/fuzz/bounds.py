"""What a small input may cost at most; more is a failure like any other."""

import gc
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager

SECONDS = 1.0
MEGABYTES = 100


class TooMuch(AssertionError):  # noqa: N818 - it says what was found
    """An input that costs too much."""


@contextmanager
def bounded() -> Iterator[None]:
    """Fail if what runs inside takes more than 1 s of this thread, or 100 MB more memory than ever before."""
    before, began = _peak(), time.thread_time()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
    seconds, megabytes = time.thread_time() - began, (_peak() - before) / 1024
    if seconds > SECONDS:
        raise TooMuch(f"{seconds:.1f} s for one input")
    if megabytes > MEGABYTES:
        raise TooMuch(f"{megabytes:.0f} MB for one input")


def _peak() -> int:
    """The most memory this process has ever had, in KB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
