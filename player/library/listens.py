"""Keeps what is heard: each listen in the history and in the outbox when it ends, and the one under way every now and
then, so that a kill costs twenty seconds of it. Part of `Memory`; on the `net` loop, the disk's work in the pool.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from player.domain.playback import PlaybackState
from player.errors import CacheError
from player.library.database import LocalDatabase
from player.library.history import History, Listen
from player.library.listening import ListenCounter
from player.library.outbox import OutboxStore
from player.library.under_way import Heard, ListenUnderWay
from player.runtime import Runtime
from player.service.port import PlayEvent

log = logging.getLogger("library")

UNDER_WAY_EVERY_S = 20.0  # of time heard


@dataclass(frozen=True, slots=True)
class Listener:
    """Where the music lives and the account's key; None while signed out."""

    place: str | None = None
    account: str | None = None


class Listens:
    """`filed` is called when there is something to send."""

    def __init__(
        self, runtime: Runtime, database: LocalDatabase, outbox: OutboxStore, filed: Callable[[], None]
    ) -> None:
        self.history = History(database)
        self.listener = Listener()
        self._runtime = runtime
        self._outbox = outbox
        self._filed = filed
        self._under_way = ListenUnderWay(database)
        self._counter = ListenCounter()
        self._event_id = secrets.token_hex(16)
        self._kept_s = 0.0
        self._turn = asyncio.Lock()  # what is written of one listen is written in its order

    def observe(self, state: PlaybackState, monotonic_s: float, wall_s: float) -> None:
        self._end(self._counter.observe(state, monotonic_s, wall_s))
        listen = self._counter.under_way
        if listen is not None and listen.heard_s - self._kept_s >= UNDER_WAY_EVERY_S:
            self._kept_s = listen.heard_s
            self._runtime.spawn(self._note(self._heard(listen)), "note the listen under way")

    def change_listener(self, listener: Listener) -> None:
        """What was heard up to now was heard by the one before."""
        self._end(self._counter.finish())
        self.listener = listener

    async def take_up(self) -> None:
        """File what a player that was killed left under way."""
        await self._guarded(self._take_up)

    async def aclose(self) -> None:
        if (listen := self._counter.finish()) is not None:
            await self._file(self._ended(listen))

    def _end(self, listen: Listen | None) -> None:
        if listen is not None:
            self._runtime.spawn(self._file(self._ended(listen)), "file a listen")

    def _heard(self, listen: Listen) -> Heard:
        return Heard(self._event_id, self.listener.place or "", self.listener.account, listen)

    def _ended(self, listen: Listen) -> Heard:
        heard = self._heard(listen)
        self._event_id, self._kept_s = secrets.token_hex(16), 0.0
        return heard

    async def _note(self, heard: Heard) -> None:
        def write() -> None:
            if heard.event_id == self._event_id:  # it may have ended meanwhile
                self._under_way.keep(heard)

        await self._guarded(write)

    async def _file(self, heard: Heard) -> None:
        await self._guarded(lambda: self._write(heard))
        self._filed()

    def _take_up(self) -> None:
        if (left := self._under_way.left()) is not None:
            self._write(left)

    def _write(self, heard: Heard) -> None:
        """Into outbox and history; a kill in between counts it once at the service and at worst twice here."""
        listen = heard.listen
        if heard.account is not None:
            event = PlayEvent(heard.event_id, listen.track.id, listen.started_at_s, listen.heard_s)
            self._outbox.add(heard.account, event)
        if heard.place:
            self.history.add(heard.place, listen)
        self._under_way.clear()

    async def _guarded(self, work: Callable[[], None]) -> None:
        """In the pool, in turn; a full disk costs a listen, nothing else."""
        try:
            async with self._turn:
                await self._runtime.in_pool(work)
        except CacheError as error:
            log.warning("a listen could not be kept: %s", error.message)
