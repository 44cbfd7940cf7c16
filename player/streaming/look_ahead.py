"""Fills the look-ahead across the queue: decides what to fetch next, fetches it, and never gives up on a network that
fails. Everything runs on the `net` loop; playback calls `prepare`, `plan` and `report_position`, mpv's threads reach
it only by the wake-up of a waiting TrackStream.

One segment is in flight at a time (player/streaming/fetching.py), so that the throughput measured is the link's own.
A failure holds, it never skips: retry with jittered backoff, the lowest rung after two failures of a segment, fresh
addresses when the signed ones expire or the server moved. Only what cannot be had at all ends a song, with
`TrackStream.error`, and not before the music has reached it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

import httpx

from player.clock import Clock
from player.domain.catalogue import Track
from player.domain.ids import TrackId
from player.domain.stream import SegmentFetch
from player.errors import PlayerError
from player.network.retry import Backoff
from player.runtime import Runtime
from player.streaming.abr.controller import Controller
from player.streaming.abr.state import Fetch, Wait
from player.streaming.faults import Faults, Remedy
from player.streaming.fetching import Errand, Fetching
from player.streaming.head_start import HeadStart
from player.streaming.health import Health, HealthState, LookAheadStats
from player.streaming.holding import Holding
from player.streaming.opening import Opener, OpenStream, Tags
from player.streaming.opening_ahead import OpeningAhead
from player.streaming.outlook import Outlook, Place, Song, outlook, place
from player.streaming.recall import HeldSource
from player.streaming.recent.openings import NothingRemembered
from player.streaming.replay_gain import replay_gain_tags
from player.streaming.songs import Songs
from player.streaming.sources import NetworkSource, SegmentRequest, SegmentSource
from player.streaming.track_media import TrackMedia
from player.streaming.track_stream import TrackStream

log = logging.getLogger("abr")

IDLE_S = 0.5  # how often the buffer's drain is looked at while there is nothing to fetch
SEEK_S = 3.0  # a position that far from the one reported before is a seek
URGENT_S = 3.0  # a reader that waits with less than this to play takes the link from any other request
REACHED_S = 1.0  # the music has come to a segment that cannot be had: mpv stops a little before the last sample
MEMORY_BYTES = 64 * 1024 * 1024


def song_tags(track: Track) -> Sequence[tuple[str, str]]:
    return replay_gain_tags(track.loudness)


class LookAhead:
    """`on_fetch` hears of every finished segment, on the loop. `source` replaces the network for segments; `held` and
    `openings` are what this computer has of the songs already."""

    def __init__(
        self,
        *,
        runtime: Runtime,
        clock: Clock,
        open_stream: OpenStream,
        client: httpx.AsyncClient,
        controller: Controller,
        look_ahead_s: float = 120.0,
        on_fetch: Callable[[SegmentFetch], None] | None = None,
        tags: Tags = song_tags,
        source: SegmentSource | None = None,
        held: HeldSource | None = None,
        openings: NothingRemembered | None = None,
        backoff: Backoff | None = None,
        memory_bytes: int = MEMORY_BYTES,
    ) -> None:
        self._runtime = runtime
        self._clock = clock
        self._controller = controller
        self._look_ahead_s = look_ahead_s
        self._on_fetch = on_fetch
        self._source = source or NetworkSource(client)
        self._opener = Opener(client, open_stream, tags, openings)
        self._songs = Songs(runtime, self._opener, controller.opening_rung)
        self._faults = Faults(backoff or Backoff())
        self._holding = Holding(clock, self._faults)
        self._fetching = Fetching(
            runtime=runtime,
            clock=clock,
            controller=controller,
            opener=self._opener,
            source=self._source,
            held=held,
            faults=self._faults,
            holding=self._holding,
            buffer_s=self._measured,
            on_fetch=self._fetched,
        )
        self._wake = asyncio.Event()
        self._opening_ahead = OpeningAhead(runtime, clock, self._songs, self._faults, look_ahead_s, self._wake.set)
        self._memory_bytes = memory_bytes
        self._plan: tuple[Track, ...] = ()
        self._position: tuple[TrackId, float] | None = None
        self._is_opening = True
        self._buffer_s = 0.0
        """audio held without a hole from the position on, over the songs of the plan; `_measured` alone sets it"""
        self._loop_task: asyncio.Task[None] | None = None
        self._is_metered = False
        self._is_closed = False

    # ---- what playback calls

    async def prepare(self, track: Track, *, position_s: float = 0.0) -> TrackStream:
        """A new open of the song, to be read from `position_s` first: its playlists and init are known when this
        returns. While the network fails it holds and tries again (`health` says reconnecting, `retry_now` cuts the
        wait short); PlayerError for what cannot play. Cancel the call to give up."""
        self._start()
        self._songs.forget(track.id)
        self._songs.prepared(track.id)
        is_next_to_sound = not self._plan or self._plan[0].id == track.id
        begin_head = self._begin_head if is_next_to_sound and position_s <= 0.0 else None
        while True:
            try:
                media = await self._songs.open(track, begin_head)
            except PlayerError as error:
                if self._faults.opening_failed(track.id, error) is not Remedy.RETRY:
                    raise
                log.info("opening %s failed (%s), trying again", track.id, error.code)
                await self._holding.wait(error)
                self._songs.prepared(track.id)
            else:
                self._faults.opened(track.id)
                self._holding.is_over()
                self._wake.set()
                return TrackStream(media, self._reader_waits)

    def plan(self, tracks: Sequence[Track]) -> None:
        """What plays, then what follows, in the order of play. What is not in it is cancelled at once."""
        self._start()
        before = self._plan[0].id if self._plan else None
        self._plan = tuple(tracks)
        self._songs.keep(self._plan)
        current = self._plan[0].id if self._plan else None
        if current != before:
            self._is_opening = True
            self._holding.retry_now()
            if self._position is not None and self._position[0] != current:
                self._position = None
        planned = {track.id for track in self._plan}
        if self._fetching.active is not None and self._fetching.active.media.track.id not in planned:
            self._fetching.cancel()
        self._preempt()
        self._measured()
        self._wake.set()

    def report_position(self, track_id: TrackId, position_s: float, engine_ahead_s: float, is_playing: bool) -> None:
        """A few times a second, from the engine."""
        if not self._plan or track_id != self._plan[0].id:
            return
        before_s, self._position = self._position_s(), (track_id, position_s)
        media = self._songs.get(track_id)
        if media is None:
            return
        slot, _ = media.grid.slot_at(position_s)
        is_held = media.held(slot) is not None
        if before_s is not None and not is_held and not 0.0 <= position_s - before_s < SEEK_S:
            self._is_opening = True
        elif is_playing and is_held and engine_ahead_s > 0.0:
            self._is_opening = False
        self._preempt()
        self._end_where_refused()
        self._measured()

    def set_metered(self, is_metered: bool) -> None:
        """On a metered network nothing is fetched twice."""
        self._is_metered = self._fetching.is_metered = is_metered

    def set_speed(self, speed: float) -> None:
        """The buffer drains that much faster, and lasts that much shorter."""
        self._fetching.speed = speed
        self._measured()
        self._wake.set()

    def retry_now(self) -> None:
        self._holding.retry_now()

    @property
    def health(self) -> Health:
        return Health(
            state=self._state(),
            next_retry_at_s=self._holding.next_retry_at_s,
            error=self._current_error() or self._faults.last_error,
            buffer_s=self._buffer_s,
            throughput_kbps=self._controller.throughput_kbps,
        )

    def stats(self) -> LookAheadStats:
        controller = self._controller
        return self._fetching.meter.stats(controller.throughput_kbps, controller.latency_s, self._buffer_s)

    async def aclose(self) -> None:
        self._is_closed = True
        self._songs.close()
        self._fetching.cancel()
        self._holding.retry_now()
        if self._loop_task is not None:
            self._loop_task.cancel()
            await asyncio.gather(self._loop_task, return_exceptions=True)

    # ---- the loop

    def _begin_head(self, request: SegmentRequest, rung: int) -> HeadStart:
        return HeadStart(self._runtime, self._clock, self._source, request, rung)

    def _start(self) -> None:
        if self._loop_task is None and not self._is_closed:
            self._loop_task = self._runtime.spawn(self._run(), "look-ahead")

    def _reader_waits(self) -> None:
        """In mpv's thread: a reader stands before a slot that is not there."""
        try:
            self._runtime.loop.call_soon_threadsafe(self._wanted)
        except RuntimeError:  # the loop is closed: the program ends, and the reader is cancelled by its engine
            log.debug("a reader waits after the end")

    def _wanted(self) -> None:
        self._preempt()
        self._end_where_refused()
        self._wake.set()

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            chosen = self._choose()
            if isinstance(chosen, Wait):
                began_s = self._clock.monotonic_s()
                await self._sleep(min(chosen.seconds, IDLE_S))
                self._controller.idle(self._clock.monotonic_s() - began_s)
            else:
                await self._fetching.perform(chosen)

    async def _sleep(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return

    def _choose(self) -> Errand | Wait:
        self._measured()
        self._end_where_refused()
        seen = self._look()
        if seen is None:
            return self._waited_for() or Wait(IDLE_S)
        ahead, now = seen
        self._opening_ahead.open_next(self._plan, ahead.state)
        decision = self._controller.decide(ahead.state)
        if isinstance(decision, Wait):
            return self._waited_for() or decision
        target = ahead.target(decision)
        is_first = not decision.is_head and target.media is self._current() and target.slot == now.slot
        is_relayed = self._is_opening and is_first
        return self._fetching.errand(target.media, target.slot, decision, is_relayed=is_relayed)

    def _look(self) -> tuple[Outlook, Place] | None:
        media = self._current()
        if media is None:
            return None
        now = place(media, self._position_s())
        if now.is_jump:
            self._is_opening = True
        songs = [Song(track, self._songs.get(track.id)) for track in self._plan]
        ahead = outlook(
            songs,
            now,
            self._look_ahead_s,
            is_opening=self._is_opening,
            is_metered=self._is_metered,
            speed=self._fetching.speed,
        )
        return ahead, now

    def _waited_for(self) -> Errand | None:
        """A reader of another song than the playing one: the engine opens the next, or one not planned yet."""
        for media in self._songs.all():
            for slot in media.wanted_slots():
                if media.error is None:
                    rung = self._controller.opening_rung(media.ladder)
                    return self._fetching.errand(media, slot, Fetch(0, rung), is_relayed=True)
        return None

    def _measured(self) -> float:
        """The buffer as it is now, for every figure that is told of it."""
        seen = self._look()
        self._buffer_s = 0.0 if seen is None else seen[0].state.buffer_s
        return self._buffer_s

    def _fetched(self, fetch: SegmentFetch) -> None:
        self._measured()
        if (media := self._current()) is not None:
            self._songs.free_behind(media, place(media, self._position_s()).slot - 1, self._memory_bytes)
        if self._on_fetch is not None:
            self._on_fetch(fetch)

    # ---- keeping to what is wanted

    def _current(self) -> TrackMedia | None:
        return self._songs.get(self._plan[0].id) if self._plan else None

    def _position_s(self) -> float | None:
        return None if self._position is None else self._position[1]

    def _preempt(self) -> None:
        """Give up the request under way when a reader of the playing song stands before another segment and has
        next to nothing to play meanwhile; a start's or seek's first segment it gets as the bytes come."""
        download, media = self._fetching.active, self._current()
        if download is None or media is None:
            return
        waiting = media.wanted_slots()
        if not waiting:
            return
        now, wanted = place(media, self._position_s()), waiting[-1]
        self._is_opening = self._is_opening or now.is_jump
        to_play_s = media.grid.start_s(wanted) - media.grid.start_s(now.slot) - now.into_s
        if download.media is not media or download.slot != wanted:
            if now.is_jump or to_play_s < URGENT_S:
                self._fetching.cancel()
        elif self._is_opening and wanted == now.slot and not download.is_relayed:
            download.relay()

    def _end_where_refused(self) -> None:
        """End the playing song once the music has come to a segment that cannot be had."""
        media = self._current()
        if media is None:
            return
        now = place(media, self._position_s())
        for slot in media.waiting_slots():
            error = media.refusal(slot)
            left_s = media.grid.start_s(slot) - media.grid.start_s(now.slot) - now.into_s
            if error is not None and left_s < REACHED_S:
                media.fail(error)
                return

    def _state(self) -> HealthState:
        if self._faults.is_failing:
            return "reconnecting"
        media = self._current()
        is_starved = bool(media.waiting_slots()) if media is not None else bool(self._plan)
        return "buffering" if is_starved and self._buffer_s < 1.0 else "ok"

    def _current_error(self) -> PlayerError | None:
        current = self._plan[0].id if self._plan else None
        return next((media.error for media in self._songs.all() if media.track.id == current), None)
