"""Keeps queue, position, history and outbox in step with playback. main.py makes it, subscribes `observe` to the
playback and calls `aclose` when it quits; everything runs on the `net` loop, the disk's work in the pool.

Writes are one at a time and only the newest state is written: a hundred quick edits of the queue cost two writes.
A kill -9 costs five seconds of position and twenty of the listen under way.
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
from player.library.under_way import Heard, ListenUnderWay
from player.runtime import Runtime
from player.service.port import PlayEvent

log = logging.getLogger("library")

POSITION_EVERY_S = 5.0
UNDER_WAY_EVERY_S = 20.0  # of time heard: what a kill costs of a listen at most
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
        self._under_way = ListenUnderWay(database)
        self._under_way_id = secrets.token_hex(16)
        self._under_way_kept_s = 0.0
        self._listen_turn = asyncio.Lock()  # what is written of one listen is written in its order
        self._who: tuple[str | None, str | None] = (None, None)
        """place and account that queue and listen belong to"""
        self._queue: QueueState | None = None
        self._state = PlaybackState()
        self._queue_is_dirty = False
        self._is_closed = False
        self._position_kept_at_s = float("-inf")
        self._writing: asyncio.Task[None] | None = None
        self._sending: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to deliver listens, that of a player which was killed first; on the loop."""
        self._runtime.spawn(self._keep_what_was_left(), "keep what was left")
        self._sending = self._runtime.spawn(self.sender.run(), "outbox")

    def load_queue(self, place: str) -> SavedQueue | None:
        """What was kept for `place`; blocking."""
        return self._queues.load(place)

    def observe(self, event: PlaybackState | QueueState) -> None:
        """A listener of Playback; on the loop."""
        if self._is_closed:
            return
        self._follow_who()
        if isinstance(event, QueueState):
            self._queue = event
            self._queue_is_dirty = True
            self._write_soon()
            return
        now_s = self._clock.monotonic_s()
        listen = self._counter.observe(event, now_s, self._clock.wall_s())
        has_stopped = event.status is not self._state.status and not event.is_advancing
        self._state = event
        self._end_listen(listen)
        self._keep_under_way()
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

    def _follow_who(self) -> None:
        """What was queued and heard in the place before, or by who was signed in before, is not this one's."""
        account = self._account()
        who = self._place(), None if account is None else account.key
        if who == self._who:
            return
        self._end_listen(self._counter.finish())
        if who[0] != self._who[0]:
            self._queue, self._queue_is_dirty = None, False
        self._who = who

    def _end_listen(self, listen: Listen | None) -> None:
        if listen is not None:
            self._runtime.spawn(self._keep_listen(self._ended(listen)), "keep a listen")

    def _heard(self, listen: Listen) -> Heard:
        place, account = self._who
        return Heard(self._under_way_id, place or "", account, listen)

    def _ended(self, listen: Listen) -> Heard:
        heard = self._heard(listen)
        self._under_way_id, self._under_way_kept_s = secrets.token_hex(16), 0.0
        return heard

    def _keep_under_way(self) -> None:
        listen = self._counter.under_way
        if listen is not None and listen.heard_s - self._under_way_kept_s >= UNDER_WAY_EVERY_S:
            self._under_way_kept_s = listen.heard_s
            self._runtime.spawn(self._write_under_way(self._heard(listen)), "keep the listen under way")

    async def _write_under_way(self, heard: Heard) -> None:
        try:
            async with self._listen_turn:
                if heard.event_id == self._under_way_id:  # it may have ended meanwhile
                    await self._runtime.in_pool(lambda: self._under_way.keep(heard))
        except CacheError as error:
            log.warning("a listen could not be kept: %s", error.message)

    async def _keep_listen(self, heard: Heard) -> None:
        try:
            async with self._listen_turn:
                await self._runtime.in_pool(lambda: self._file(heard))
        except CacheError as error:
            log.warning("a listen could not be kept: %s", error.message)
        else:
            self.sender.wake()

    async def _keep_what_was_left(self) -> None:
        try:
            async with self._listen_turn:
                left = await self._runtime.in_pool(self._under_way.left)
                if left is not None:
                    await self._runtime.in_pool(lambda: self._file(left))
        except CacheError as error:
            log.warning("a listen could not be kept: %s", error.message)
        else:
            self.sender.wake()

    def _file(self, heard: Heard) -> None:
        """Into outbox and history; a kill in between counts it once at the service and at worst twice here."""
        listen = heard.listen
        if heard.account is not None:
            event = PlayEvent(heard.event_id, listen.track.id, listen.started_at_s, listen.heard_s)
            self._outbox.add(heard.account, event)
        if heard.place:
            self.history.add(heard.place, listen)
        self._under_way.clear()

    async def aclose(self) -> None:
        """Write what is not written; on the loop. What playback says while it shuts down is not kept."""
        self._is_closed = True
        if self._sending is not None:
            self._sending.cancel()
        if (listen := self._counter.finish()) is not None:
            await self._keep_listen(self._ended(listen))
        if self._writing is not None:
            await asyncio.wait([self._writing], timeout=2.0)
        await self._write()
