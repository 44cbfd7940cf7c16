"""Keeps queue, position, history and outbox in step with playback. main.py makes it, subscribes `observe` to the
playback and calls `aclose` when it quits; everything runs on the `net` loop, the disk's work in the pool.

Writes are one at a time and only the newest state is written: a hundred quick edits of the queue cost two writes.
A kill -9 costs five seconds of position and twenty of the listen under way.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from player.clock import Clock, SystemClock
from player.domain.playback import PlaybackState, QueueState, Status
from player.errors import CacheError
from player.library.database import LocalDatabase
from player.library.listens import Listener, Listens
from player.library.outbox import OutboxStore
from player.library.queue_store import QueueStore, SavedQueue
from player.library.sender import Account, OutboxSender
from player.runtime import Runtime

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
        outbox = OutboxStore(database)
        self.sender = OutboxSender(runtime, outbox, account)
        self.listens = Listens(runtime, database, outbox, self.sender.wake)
        self._queue: QueueState | None = None
        self._state = PlaybackState()
        self._queue_is_dirty = False
        self._is_closed = False
        self._position_kept_at_s = float("-inf")
        self._writing: asyncio.Task[None] | None = None
        self._sending: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to deliver listens, that of a player which was killed first; on the loop."""
        self._sending = self._runtime.spawn(self._deliver(), "outbox")

    async def _deliver(self) -> None:
        await self.listens.take_up()
        await self.sender.run()

    def load_queue(self, place: str) -> SavedQueue | None:
        """What was kept for `place`; blocking."""
        return self._queues.load(place)

    def observe(self, event: PlaybackState | QueueState) -> None:
        """A listener of Playback; on the loop."""
        if self._is_closed:
            return
        self._follow_listener()
        if isinstance(event, QueueState):
            self._queue = event
            self._queue_is_dirty = True
            self._write_soon()
            return
        now_s = self._clock.monotonic_s()
        self.listens.observe(event, now_s, self._clock.wall_s())
        has_stopped = event.status is not self._state.status and not event.is_advancing
        self._state = event
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
        place, queue, state = self.listens.listener.place, self._queue, self._state
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

    def _follow_listener(self) -> None:
        """What was queued and heard in the place before, or by who was signed in before, is not this one's."""
        account = self._account()
        listener = Listener(self._place(), None if account is None else account.key)
        if listener == self.listens.listener:
            return
        if listener.place != self.listens.listener.place:
            self._queue, self._queue_is_dirty = None, False
        self.listens.change_listener(listener)

    async def aclose(self) -> None:
        """Write what is not written; on the loop. What playback says while it shuts down is not kept."""
        self._is_closed = True
        if self._sending is not None:
            self._sending.cancel()
        await self.listens.aclose()
        if self._writing is not None:
            await asyncio.wait([self._writing], timeout=2.0)
        await self._write()
