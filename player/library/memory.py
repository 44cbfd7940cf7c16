"""Keeps queue, position, history and outbox in step with playback. main.py makes it, subscribes `observe` to the
playback and calls `aclose` when it quits; everything runs on the `net` loop, the disk's work in the pool.

Writes are one at a time and only the newest state is written: a hundred quick edits of the queue cost two writes.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable

from player.clock import Clock, SystemClock
from player.domain.playback import PlaybackState, QueueState, Status
from player.errors import CacheError
from player.library.database import LocalDatabase
from player.library.history import History, Listen
from player.library.listening import ListenCounter
from player.library.outbox import OutboxStore
from player.library.queue_store import QueueStore, SavedQueue
from player.library.sender import Account, OutboxSender
from player.runtime import Runtime
from player.service.port import PlayEvent

log = logging.getLogger("library")

POSITION_EVERY_S = 5.0
HOLDING = (Status.BUFFERING, Status.RECONNECTING)


class Memory:
    """`place` names where the music lives (None while signed out: nothing is kept), `account` who listens there."""

    def __init__(
        self,
        runtime: Runtime,
        database: LocalDatabase,
        *,
        place: Callable[[], str | None],
        account: Callable[[], Account | None],
        clock: Clock | None = None,
    ) -> None:
        self._runtime = runtime
        self._clock = clock or SystemClock()
        self._place = place
        self._account = account
        self._queues = QueueStore(database)
        self.history = History(database)
        self._outbox = OutboxStore(database)
        self.sender = OutboxSender(runtime, self._outbox, account)
        self._counter = ListenCounter()
        self._queue: QueueState | None = None
        self._state = PlaybackState()
        self._queue_is_dirty = False
        self._is_closed = False
        self._position_kept_at_s = float("-inf")
        self._writing: asyncio.Task[None] | None = None
        self._sending: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to deliver listens; on the loop."""
        self._sending = self._runtime.spawn(self.sender.run(), "outbox")

    def load_queue(self, place: str) -> SavedQueue | None:
        """What was kept for `place`; blocking."""
        return self._queues.load(place)

    def observe(self, event: PlaybackState | QueueState) -> None:
        """A listener of Playback; on the loop."""
        if self._is_closed:
            return
        if isinstance(event, QueueState):
            self._queue = event
            self._queue_is_dirty = True
            self._write_soon()
            return
        now_s = self._clock.monotonic_s()
        listen = self._counter.observe(event, now_s, self._clock.wall_s())
        has_stopped = event.status is not self._state.status and not event.is_advancing
        self._state = event
        if listen is not None:
            self._runtime.spawn(self._keep_listen(listen), "keep a listen")
        if has_stopped or now_s - self._position_kept_at_s >= POSITION_EVERY_S:
            self._position_kept_at_s = now_s
            self._write_soon()

    def _write_soon(self) -> None:
        if self._writing is None or self._writing.done():
            self._writing = self._runtime.spawn(self._write(), "keep the queue")

    async def _write(self) -> None:
        try:
            await self._write_once()
            while self._queue_is_dirty:  # it changed while the disk was busy
                await self._write_once()
        except CacheError as error:
            log.warning("the queue could not be kept: %s", error.message)

    async def _write_once(self) -> None:
        place, queue, state = self._place(), self._queue, self._state
        if place is None or queue is None:
            self._queue_is_dirty = False
            return
        current = queue.current
        is_here = current is not None and state.entry is not None and state.entry.id == current.id
        position_s = state.position_s if is_here else 0.0
        if self._queue_is_dirty:
            self._queue_is_dirty = False
            await self._runtime.in_pool(lambda: self._queues.save(place, queue, position_s))
        elif current is not None and is_here and state.status not in HOLDING:
            entry_id = current.id
            await self._runtime.in_pool(lambda: self._queues.save_position(place, entry_id, position_s))

    async def _keep_listen(self, listen: Listen) -> None:
        place, account = self._place(), self._account()
        try:
            if place is not None:
                await self._runtime.in_pool(lambda: self.history.add(place, listen))
            if account is not None:
                event = PlayEvent(secrets.token_hex(16), listen.track.id, listen.started_at_s, listen.heard_s)
                await self._runtime.in_pool(lambda: self._outbox.add(account.key, event))
                self.sender.wake()
        except CacheError as error:
            log.warning("a listen could not be kept: %s", error.message)

    async def aclose(self) -> None:
        """Write what is not written; on the loop. What playback says while it shuts down is not kept."""
        self._is_closed = True
        if self._sending is not None:
            self._sending.cancel()
        if (listen := self._counter.finish()) is not None:
            await self._keep_listen(listen)
        if self._writing is not None:
            await asyncio.wait([self._writing], timeout=2.0)
        await self._write()
