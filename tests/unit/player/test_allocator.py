"""Freed blocks go back to the system, whatever was freed before them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from player.allocator import LARGE_BYTES

BLOCKS = 200
# One large block first, which teaches an unbounded glibc to keep later ones; a small one pins every heap's top.
PROGRAM = f"""
import ctypes, threading
from player.allocator import bound_free_memory
assert bound_free_memory()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.malloc.argtypes = [ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096
def taken(size):
    block = libc.malloc(size)
    ctypes.memset(block, 1, size)
    return block
libc.free(taken(16 * 1024 * 1024))
def work():
    blocks = [(taken({LARGE_BYTES} + 4096), taken(64)) for _ in range({BLOCKS})]
    for large, _pin in blocks:
        libc.free(large)
before = resident()
for _ in range(4):
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
print(resident() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the bounds are glibc's")
def test_large_blocks_return_to_the_system_when_they_are_freed() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=60)
    assert int(done.stdout) < BLOCKS * LARGE_BYTES / 4
