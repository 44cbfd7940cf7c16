"""How much freed memory glibc keeps for later. Called by main.py before any thread is made.

Segments and decoded pictures are blocks of some hundred kilobytes, taken and freed on a dozen threads. By default
glibc gives each thread a heap of its own, and after the first large block that is freed it takes blocks of that
size from those heaps too, where neighbours pin them: over 1,000 changes of song the process grew by 17 MB, of which
13 were free (benchmarks/playback/endurance.py). With fixed bounds large blocks go back to the system as they are
freed. Other systems' allocators do that by themselves.
"""

from __future__ import annotations

import ctypes
import sys

TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = -1, -3, -8  # <malloc.h>
LARGE_BYTES = 128 * 1024  # glibc's own first value, which setting it makes the last
HEAPS = 2  # malloc is rarely waited for here: Python's own small blocks do not come from it


def bound_free_memory() -> bool:
    """Whether this allocator takes bounds."""
    if sys.platform != "linux":
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:  # musl
        return False
    taken = [mallopt(MMAP_THRESHOLD, LARGE_BYTES), mallopt(TRIM_THRESHOLD, LARGE_BYTES), mallopt(ARENA_MAX, HEAPS)]
    return all(taken)
