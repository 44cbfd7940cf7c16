"""The two songs in the engine: the current one and the one appended behind it, from wish to open stream.

`Transport` says what should play; the deck prepares it, opens it, and holds on while the network is down. Quick
commands coalesce: of ten skips in a row only the last song is opened. All on the `net` loop.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

from player.clock import Clock
from player.domain.playback import QueueEntry
from player.errors import PlayerError, ProtocolError
from player.network.retry import Backoff
from player.playback.engine_events import LoadId
from player.playback.engine_port import Engine
from player.playback.streams import SongStream, Streams
from player.runtime import Runtime

log = logging.getLogger("playback")

BURST_S = 0.3  # commands closer together than this are a burst (key repeat: 30 ms, a hurried finger: 200 ms)
QUIET_S = 0.12  # what a burst must be followed by before its last song is opened
CUTS_WITHOUT_PROGRESS = 5
PROGRESS_S = 1.0


@dataclass(frozen=True, slots=True)
class OpenSong:
    entry: QueueEntry
    stream: SongStream
    load: LoadId
    gain_db: float


class Deck:
    def __init__(
        self,
        *,
        runtime: Runtime,
        streams: Streams,
        engine: Engine,
        clock: Clock,
        changed: Callable[[], None],
    ) -> None:
        self._runtime = runtime
        self._streams = streams
        self._engine = engine
        self._clock = clock
        self._changed = changed
        self.song: OpenSong | None = None
        self.has_begun = False
        """whether sound of the current song has begun, so that the engine's position is its position"""
        self.start_s = 0.0
        self.failure: PlayerError | None = None
        """why the current song cannot be played at all"""
        self.waiting_for: PlayerError | None = None
        """what keeps the current song from being opened for now"""
        self.is_paused = False
        self._entry: QueueEntry | None = None
        self._gain_db = 0.0
        """of the song being opened, up to when it is"""
        self._next: OpenSong | None = None
        self._next_wish: tuple[QueueEntry, float, float] | None = None
        self._opening: asyncio.Task[None] | None = None
        self._appending: asyncio.Task[None] | None = None
        self._retry = asyncio.Event()
        self.next_retry_at_s: float | None = None
        """on the player's monotonic clock, while waiting after a failed opening"""
        self._last_open_s = -BURST_S
        self._cuts = 0
        self._cut_at_s = 0.0
        self._cut_backoff = Backoff()

    @property
    def is_loaded(self) -> bool:
        """Whether a song is open or being opened."""
        return self._entry is not None

    # -- the current song

    def open(self, entry: QueueEntry, position_s: float, gain_db: float) -> None:
        """Silence what plays and open `entry`; a song still being opened is forgotten."""
        now_s = self._clock.monotonic_s()
        delay_s = QUIET_S if now_s - self._last_open_s < BURST_S else 0.0
        self._last_open_s = now_s
        self._cuts = 0
        self._cut_backoff.reset()
        self._engine.set_paused(True)
        self._begin_opening(entry, position_s, gain_db, delay_s)

    def reopen(self, position_s: float) -> None:
        """The engine stopped where the song does not end: open it again there, sooner or later; never skip."""
        if self._entry is None:
            return
        if position_s > self._cut_at_s + PROGRESS_S or self._cuts == 0:
            self._cuts = 0
            self._cut_backoff.reset()
        self._cuts += 1
        self._cut_at_s = position_s
        if self._cuts > CUTS_WITHOUT_PROGRESS:
            self.fail(ProtocolError("this song's data cannot be decoded"))
            return
        log.info("the engine stopped at %.2f s, before the end: opening again", position_s)
        gain_db = self.song.gain_db if self.song is not None else 0.0
        self._begin_opening(self._entry, position_s, gain_db, 0.0 if self._cuts == 1 else self._cut_backoff.next_s())

    def fail(self, error: PlayerError) -> None:
        self._cancel_tasks()
        self._drop_next()
        self._engine.stop()
        self.song, self.has_begun, self.waiting_for, self.failure = None, False, None, error
        self._changed()

    def clear(self) -> None:
        """Nothing plays and nothing will."""
        self._cancel_tasks()
        self._drop_next()
        self._engine.stop()
        self._entry, self.song, self.has_begun = None, None, False
        self.waiting_for = self.failure = None

    def begun(self) -> None:
        self.has_begun = True

    def set_paused(self, is_paused: bool) -> None:
        self.is_paused = is_paused
        if self.song is not None:
            self._engine.set_paused(is_paused)

    def set_gain(self, gain_db_of: Callable[[QueueEntry], float]) -> None:
        """The gains have changed: the song that plays glides to its own, one being opened begins with it."""
        if self._entry is not None:
            self._gain_db = gain_db_of(self._entry)
        if self.song is not None:
            self.song = replace(self.song, gain_db=gain_db_of(self.song.entry))
            self._engine.set_gain(self.song.gain_db)

    def retry_now(self) -> None:
        self._retry.set()

    def _begin_opening(self, entry: QueueEntry, position_s: float, gain_db: float, delay_s: float) -> None:
        self._cancel_tasks()
        self._drop_next()
        self._entry, self.song, self.has_begun, self.start_s = entry, None, False, position_s
        self.failure = self.waiting_for = None
        self._gain_db = gain_db
        self._opening = self._runtime.spawn(self._open(entry, delay_s), f"open song {entry.id}")

    async def _open(self, entry: QueueEntry, delay_s: float) -> None:
        if delay_s > 0:
            await asyncio.sleep(delay_s)
        backoff = Backoff()
        while True:
            try:
                if not self._engine.is_open:
                    await self._runtime.in_pool(self._engine.open)
                stream = await self._streams.prepare(entry.track, position_s=self.start_s)
                break
            except PlayerError as error:
                if not error.retryable:
                    self.fail(error)
                    return
                self.waiting_for = error
                await self._wait(backoff.next_s())
        self.waiting_for = None
        load = self._engine.load(stream, position_s=self.start_s, gain_db=self._gain_db)
        self.song = OpenSong(entry, stream, load, self._gain_db)
        self._engine.set_paused(self.is_paused)
        self._changed()

    async def _wait(self, seconds: float) -> None:
        self._retry.clear()
        self.next_retry_at_s = self._clock.monotonic_s() + seconds
        self._changed()
        try:
            await asyncio.wait_for(self._retry.wait(), seconds)
        except TimeoutError:
            return
        finally:
            self.next_retry_at_s = None

    # -- the song behind it

    def set_next(self, entry: QueueEntry | None, gain_db: float = 0.0, fade_s: float = 0.0) -> None:
        """What should follow, without a gap or with a fade. It is opened once the current song is heard, so that it
        never competes with a start."""
        wish = None if entry is None else (entry, gain_db, fade_s)
        if wish == self._next_wish and (self._next is not None or self._appending is not None or wish is None):
            return
        self._stop_appending()
        self._drop_next()
        self._next_wish = wish
        if entry is not None and self.has_begun:
            self._appending = self._runtime.spawn(self._append(entry, gain_db, fade_s), f"append song {entry.id}")

    def has_next(self, entry: QueueEntry) -> bool:
        return self._next is not None and self._next.entry == entry

    def promote_next(self) -> None:
        """The engine went on to the appended song by itself."""
        assert self._next is not None
        self._engine.promote_next()
        self.song, self._entry, self._next, self._next_wish = self._next, self._next.entry, None, None
        self.has_begun, self.start_s, self._cuts = False, 0.0, 0

    async def _append(self, entry: QueueEntry, gain_db: float, fade_s: float) -> None:
        backoff = Backoff()
        while True:
            try:
                stream = await self._streams.prepare(entry.track)
                break
            except PlayerError as error:
                if not error.retryable:
                    log.info("the next song cannot be prepared (%s); it is told when its turn comes", error.code)
                    return
                await self._wait(backoff.next_s())
        load = self._engine.append(stream, gain_db=gain_db, fade_s=fade_s)
        self._next = OpenSong(entry, stream, load, gain_db)
        self._appending = None

    def _drop_next(self) -> None:
        if self._next is not None:
            self._engine.drop_next()
        self._next, self._next_wish = None, None

    def _stop_appending(self) -> None:
        if self._appending is not None:
            self._appending.cancel()
            self._appending = None

    def _cancel_tasks(self) -> None:
        self._stop_appending()
        if self._opening is not None and self._opening is not asyncio.current_task():
            self._opening.cancel()
        self._opening = None
