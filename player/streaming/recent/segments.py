"""The recent-segment cache: follows who listens, keeps what was streamed and gives it back. Made by main.py; asked by
`source` and `openings` on the `net` loop. All of its disk work is done in the runtime's pool, one write after
another, and nothing that plays ever waits for a write.

It belongs to one listener at a time. When another one signs in, or nobody is signed in any more, it is wiped; what
a crash leaves of that is unreadable without the key, and goes when the next listener's cache is opened.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from player.clock import Clock
from player.domain.ids import TrackId
from player.errors import CacheError
from player.runtime import Runtime
from player.streaming.recent.seal import Owner
from player.streaming.recent.shelf import Kept, Shelf

T = TypeVar("T")
log = logging.getLogger("recent")

MIB = 1 << 20
READ_LIMIT_S = 1.0  # a disk that wakes up is slower than most networks
BATCH_BYTES = 4 * MIB
WAITING_BYTES = 32 * MIB  # to be written; what comes in faster than the disk takes it is not kept
PAUSE_S = 60.0  # after a write that failed
CLOSE_LIMIT_S = 2.0


class RecentSegments:
    """`owner` tells who listens now, None while nobody is signed in."""

    def __init__(
        self, runtime: Runtime, clock: Clock, path: Path, *, owner: Callable[[], Owner | None], limit_mb: int
    ) -> None:
        self._runtime = runtime
        self._clock = clock
        self._path = path
        self._owner = owner
        self._limit_bytes = limit_mb * MIB
        self._shelf: Shelf | None = None
        self._refused: Owner | None = None
        """whose cache could not be opened; it is not tried again"""
        self._turn = asyncio.Lock()
        self._waiting: deque[Kept] = deque()
        self._waiting_bytes = 0
        self._writing: asyncio.Task[None] | None = None
        self._paused_until_s = float("-inf")
        self._is_closed = False

    # ---- what is kept

    async def learn(self, track_id: TrackId) -> None:
        """Find out what is kept of a song; before anything else is asked about it."""
        shelf = await self._current()
        if shelf is not None and not shelf.is_at_hand(track_id):
            names = await self._read(shelf, partial(shelf.names, track_id))
            if names is not None:
                shelf.learnt(track_id, names)

    def holds(self, track_id: TrackId, identity: bytes) -> bool:
        return self._shelf is not None and self._shelf.holds(track_id, identity)

    async def read(self, track_id: TrackId, identity: bytes) -> bytes | None:
        """What was kept, exactly, or None; then it is not held any more either."""
        shelf = await self._current()
        if shelf is None or not shelf.holds(track_id, identity):
            return None
        data = await self._read(shelf, partial(shelf.read, identity))
        if data is None:
            shelf.lost(track_id, identity)
        return data

    def keep(self, track_id: TrackId, identity: bytes, data: bytes) -> None:
        """Soon, without anybody waiting, in place of what is kept under that identity."""
        shelf = self._shelf
        if shelf is None or self._is_closed or not shelf.is_at_hand(track_id):
            return
        is_too_much = self._waiting_bytes + len(data) > WAITING_BYTES
        if is_too_much or self._clock.monotonic_s() < self._paused_until_s:
            return
        self._waiting.append(Kept(track_id, identity, data))
        self._waiting_bytes += len(data)
        if self._writing is None or self._writing.done():
            self._writing = self._runtime.spawn(self._write(), "keep segments")

    async def forget(self, track_id: TrackId, identity: bytes) -> None:
        if (shelf := await self._current()) is not None:
            shelf.lost(track_id, identity)
            await self._done(partial(shelf.delete, identity))

    async def forget_song(self, track_id: TrackId) -> None:
        """The song is gone, or not this listener's any more."""
        if (shelf := await self._current()) is not None:
            shelf.learnt(track_id, frozenset())
            await self._done(partial(shelf.delete_song, track_id))

    # ---- whose it is

    async def follow_owner(self) -> None:
        """Somebody signed in or out; without this call it is noticed at the next use."""
        await self._current()

    async def set_limit_mb(self, limit_mb: int) -> None:
        self._limit_bytes = limit_mb * MIB
        shelf = await self._current()
        if shelf is not None:
            await self._done(partial(shelf.resize, limit_mb * MIB))

    async def flush(self) -> None:
        """Until everything that was handed over is written, or could not be."""
        while self._writing is not None and not self._writing.done():
            await asyncio.wait([self._writing])

    async def aclose(self) -> None:
        self._is_closed = True
        try:
            async with asyncio.timeout(CLOSE_LIMIT_S):
                await self.flush()
        except TimeoutError:
            log.info("the disk is too slow: the last segments are not kept")
        async with self._turn:
            shelf, self._shelf = self._shelf, None
            if shelf is not None:
                await self._done(shelf.close)

    async def _current(self) -> Shelf | None:
        """The present listener's shelf; the one of another is wiped first."""
        if self._is_fitting():
            return self._shelf
        async with self._turn:
            while not self._is_fitting():  # who listens may change while the disk works
                before, self._shelf = self._shelf, None
                self._waiting.clear()
                self._waiting_bytes = 0
                if before is not None:
                    await self._done(before.wipe)
                if (owner := self._wanted()) is not None:
                    self._shelf = await self._opened(owner)
            return self._shelf

    def _wanted(self) -> Owner | None:
        owner = self._owner() if self._limit_bytes > 0 else None
        return None if owner == self._refused else owner

    def _is_fitting(self) -> bool:
        shelf = self._shelf
        return self._is_closed or self._wanted() == (None if shelf is None else shelf.owner)

    async def _opened(self, owner: Owner) -> Shelf | None:
        try:
            return await self._runtime.in_pool(partial(Shelf, self._path, owner, self._limit_bytes))
        except CacheError as error:
            log.warning("what is streamed is not kept: %s", error.message)
            self._refused = owner
            return None

    # ---- the disk

    async def _read(self, shelf: Shelf, work: Callable[[], T]) -> T | None:
        """In the pool; None when the disk fails or is too slow to be of use, which it then is for all of this."""
        try:
            async with asyncio.timeout(READ_LIMIT_S):
                return await self._runtime.in_pool(work)
        except TimeoutError:
            log.info("the disk is too slow for what was kept")
            shelf.forget_all()
        except CacheError as error:
            log.info("what was kept cannot be read: %s", error.message)
            shelf.forget_all()
        return None

    async def _done(self, work: Callable[[], None]) -> None:
        try:
            await self._runtime.in_pool(work)
        except (CacheError, OSError) as error:
            log.info("the disk failed what was kept: %s", error)

    async def _write(self) -> None:
        """What waits is always the present shelf's: `_current` clears it."""
        while self._waiting and (shelf := self._shelf) is not None:
            batch = self._next_batch()
            try:
                await self._runtime.in_pool(partial(shelf.write, batch))
            except CacheError as error:
                log.info("what is streamed is not kept for a while: %s", error.message)
                self._paused_until_s = self._clock.monotonic_s() + PAUSE_S
                self._waiting.clear()
                self._waiting_bytes = 0
            else:
                shelf.gained(batch)

    def _next_batch(self) -> list[Kept]:
        batch: list[Kept] = []
        size = 0
        while self._waiting and size < BATCH_BYTES:
            batch.append(self._waiting.popleft())
            size += len(batch[-1].data)
        self._waiting_bytes -= size
        return batch
