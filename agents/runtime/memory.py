"""The garbage collector beside hundreds of thousands of long-lived objects."""

import gc

THRESHOLDS = (50_000, 50, 1_000_000)


def settle_memory() -> None:
    """Once after start: what is alive now is never looked at again, the rest seldom; pauses of 300 ms otherwise."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
