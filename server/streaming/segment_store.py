"""Where finished segments lie: the hot ones in memory, all of them in the storage up to a bound, named by content.
Called by the packager from request and job threads.

A segment can always be made again, so writing does not wait for the disk, and what was used least recently goes
when the bound is reached.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from dataclasses import dataclass

from server.storage import Storage

log = logging.getLogger("server.streaming")

_FOLDER = "segments"
_MEMORY_BYTES = 48 << 20
_KEPT_AFTER_EVICTION = 0.9


@dataclass(frozen=True, slots=True)
class SegmentKey:
    content: str
    kbps: int
    index: int

    @property
    def storage_key(self) -> str:
        return f"{_FOLDER}/{self.content[:2]}/{self.content}/{self.kbps}/{self.index}.m4s"


class SegmentStore:
    def __init__(self, storage: Storage, *, disk_bytes: int, memory_bytes: int = _MEMORY_BYTES) -> None:
        self._storage = storage
        self._disk_bound = disk_bytes
        self._memory_bound = memory_bytes
        self._lock = threading.Lock()
        self._memory: OrderedDict[SegmentKey, bytes] = OrderedDict()
        self._memory_used = 0
        self._disk_used: int | None = None

    def has(self, key: SegmentKey) -> bool:
        with self._lock:
            if key in self._memory:
                return True
        return self._storage.size(key.storage_key) is not None

    def get(self, key: SegmentKey, *, is_hot: bool = True) -> bytes | None:
        """`is_hot` keeps what was read in memory: what was asked for, not what is only measured."""
        with self._lock:
            data = self._memory.get(key)
            if data is not None:
                self._memory.move_to_end(key)
                return data
        data = self._storage.read(key.storage_key)
        if data is not None:
            self._storage.touch(key.storage_key)
            if is_hot:
                self._remember(key, data)
        return data

    def put(self, key: SegmentKey, data: bytes, *, is_hot: bool = True) -> None:
        """`is_hot` keeps it in memory too: what was asked for, not what was made ahead. A full disk is no failure
        of the request: the segment is served and made again when asked for again."""
        if is_hot:
            self._remember(key, data)
        try:
            self._storage.write(key.storage_key, data)
        except OSError as error:
            log.warning("a segment could not be stored: %s", error)
            return
        self._count(len(data))

    def _remember(self, key: SegmentKey, data: bytes) -> None:
        with self._lock:
            old = self._memory.pop(key, b"")
            self._memory[key] = data
            self._memory_used += len(data) - len(old)
            while self._memory_used > self._memory_bound:
                _, dropped = self._memory.popitem(last=False)
                self._memory_used -= len(dropped)

    def _count(self, size: int) -> None:
        with self._lock:
            if self._disk_used is None:
                self._disk_used = sum(stored.size_bytes for stored in self._storage.list(_FOLDER))
            else:
                self._disk_used += size
            if self._disk_used > self._disk_bound:
                self._evict()

    def _evict(self) -> None:
        by_age = sorted(self._storage.list(_FOLDER), key=lambda stored: stored.used_at_s)
        used = sum(stored.size_bytes for stored in by_age)
        for stored in by_age:
            if used <= self._disk_bound * _KEPT_AFTER_EVICTION:
                break
            self._storage.delete(stored.key)
            used -= stored.size_bytes
        self._disk_used = used
