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
from player.streaming.abr.state import Fetch, State, Wait
from player.streaming.download import Download
from player.streaming.faults import Faults, Remedy
from player.streaming.fetching import Errand, Fetching
from player.streaming.head_start import HeadStart
from player.streaming.health import Health, HealthState, LookAheadStats
from player.streaming.holding import Holding
from player.streaming.opening import Opener, OpenStream
from player.streaming.opening_ahead import OpeningAhead
from player.streaming.playhead import NOTE_S, Playhead
from player.streaming.recall import HeldSource
from player.streaming.recent.openings import NothingRemembered
from player.streaming.songs import Songs
from player.streaming.sources import NetworkSource, SegmentRequest, SegmentSource
from player.streaming.track_stream import TrackStream

log = logging.getLogger("abr")

IDLE_S = 0.5  # how often the buffer's drain is looked at while there is nothing to fetch
URGENT_S = 3.0  # a reader that waits with less than this to play takes the link from any other request
ROUNDING_S = 0.05  # a segment lasts 3.99 s as often as 4
RETRY_LIMIT_S = 5.0  # the longest wait between tries: when the network is back, the music should be too
MEMORY_BYTES = 8 * 1024 * 1024  # the longest look-ahead at 320 kbit/s and the heads; what was heard is kept on disk


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
        source: SegmentSource | None = None,
        held: HeldSource | None = None,
        openings: NothingRemembered | None = None,
        backoff: Backoff | None = None,
        memory_bytes: int = MEMORY_BYTES,
    ) -> None:
        self._runtime = runtime
        self._clock = clock
        self._controller = controller
        self._on_fetch = on_fetch
        self._source = source or NetworkSource(client)
        self._opener = Opener(client, open_stream, openings)
        self._songs = Songs(runtime, self._opener, controller.opening_rung)
        self._playhead = Playhead(self._songs, look_ahead_s)
        self._faults = Faults(backoff or Backoff(limit_s=RETRY_LIMIT_S))
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
        self._opening_ahead = OpeningAhead(runtime, clock, self._songs, self._faults, self._wake.set)
        self._memory_bytes = memory_bytes
        self._loop_task: asyncio.Task[None] | None = None
        self._is_closed = False

    # ---- what playback calls

    async def prepare(self, track: Track, *, position_s: float = 0.0) -> TrackStream:
        """A new open of the song, to be read from `position_s` first: its playlists and init are known when this
        returns. While the network fails it holds and tries again (`health` says reconnecting, `retry_now` cuts the
        wait short); PlayerError for what cannot play. Cancel the call to give up."""
        self._start()
        self._songs.forget(track.id)
        self._songs.prepared(track.id)
        is_next_to_sound = self._playhead.current in (None, track.id)
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
        is_another = self._playhead.plan(tracks)
        self._songs.keep(self._playhead.tracks)
        self._measured()
        if is_another:
            self._holding.retry_now()
        self._cancel_useless(is_another=is_another)
        self._preempt()
        self._wake.set()

    def report_position(self, track_id: TrackId, position_s: float, engine_ahead_s: float, is_playing: bool) -> None:
        """A few times a second, from the engine."""
        if track_id != self._playhead.current:
            return
        self._playhead.report(position_s, is_sounding=is_playing and engine_ahead_s > 0.0)
        self._preempt()
        self._playhead.end_where_refused()
        self._measured()

    def set_metered(self, is_metered: bool) -> None:
        """On a metered network nothing is fetched twice."""
        self._playhead.is_metered = self._fetching.is_metered = is_metered
        self.reconsider()

    def set_look_ahead(self, seconds: float) -> None:
        """What is held stays, also beyond it."""
        self._playhead.look_ahead_s = seconds
        self.reconsider()

    def set_speed(self, speed: float) -> None:
        """The buffer drains that much faster, and lasts that much shorter."""
        self._fetching.speed = self._playhead.speed = speed
        self.reconsider()

    def reconsider(self) -> None:
        """The controller may decide otherwise now: it was told other preferences."""
        self._measured()
        self._wake.set()

    def retry_now(self) -> None:
        self._holding.retry_now()

    def forget_songs(self) -> None:
        """Another listener has come: nothing that was opened for the one before is theirs."""
        self._fetching.cancel()
        self._songs.close()
        self.reconsider()

    @property
    def health(self) -> Health:
        return Health(
            state=self._state(),
            next_retry_at_s=self._holding.next_retry_at_s,
            error=self._current_error() or self._faults.last_error,
            buffer_s=self._playhead.buffer_s,
            throughput_kbps=self._controller.throughput_kbps,
            fetched=self._fetching.meter.counts,
        )

    @property
    def under_way(self) -> TrackId | None:
        """The song whose segment is being requested now; any thread."""
        active = self._fetching.active
        return None if active is None else active.media.track.id

    def stats(self) -> LookAheadStats:
        controller = self._controller
        return self._fetching.meter.stats(controller.throughput_kbps, controller.latency_s, self._playhead.buffer_s)

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
        self._playhead.end_where_refused()
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
        self._begin_when_enough()
        self._playhead.end_where_refused()
        if self._playhead.awaits_note(self._clock.monotonic_s()):
            return Wait(NOTE_S)
        seen = self._playhead.look()
        if seen is None:
            return self._waited_for() or Wait(IDLE_S)
        ahead, now = seen
        self._opening_ahead.open_next(self._playhead.tracks, ahead.state)
        decision = self._controller.decide(ahead.state)
        media = self._playhead.media
        if isinstance(decision, Wait):
            if media is not None:
                media.release()  # more will not come
            return self._waited_for() or decision
        target = ahead.target(decision)
        is_first = not decision.is_head and target.media is media and target.slot == now.slot
        is_start = self._playhead.is_opening and is_first
        errand = self._fetching.errand(target.media, target.slot, decision, is_relayed=is_start)
        if is_start and isinstance(errand, Download) and not errand.is_relayed:
            target.media.hold_back()
        return errand

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
        self._playhead.measure()
        return self._playhead.buffer_s

    def _begin_when_enough(self) -> None:
        """What was held back of a start is released once there is enough of it; to be asked when the controller
        knows of the last request."""
        media = self._playhead.media
        if media is None or not media.is_held_back:
            return
        seen = self._playhead.look()
        if seen is not None and self._is_enough(seen[0].state):
            media.release()

    def _is_enough(self, state: State) -> bool:
        """Whether the first note may sound, which goes on only if the next segments come in time."""
        if state.first_missing == len(state.segments):
            return True
        first = state.segments[0]
        need_s = self._controller.start_need_s(first.duration_s, first.ladder)
        return state.buffer_s + state.into_s > need_s - ROUNDING_S

    def _fetched(self, fetch: SegmentFetch) -> None:
        self._measured()
        self._begin_when_enough()
        if (media := self._playhead.media) is not None:
            self._songs.free(media, self._playhead.place(media).slot - 1, self._memory_bytes)
        if self._on_fetch is not None:
            self._on_fetch(fetch)

    # ---- keeping to what is wanted

    def _cancel_useless(self, *, is_another: bool) -> None:
        """After a change of the plan: a request for a song that is out of it, and after a skip one for a later song,
        which would take the link from the one that is to sound."""
        if (download := self._fetching.active) is None:
            return
        track_id, playhead = download.media.track.id, self._playhead
        is_in_the_way = is_another and track_id != playhead.current and playhead.buffer_s < URGENT_S
        if is_in_the_way or all(track.id != track_id for track in playhead.tracks):
            self._fetching.cancel()

    def _preempt(self) -> None:
        """Give up the request under way when a reader of the playing song stands before another segment and has
        next to nothing to play meanwhile; a start's or seek's first segment it gets as the bytes come."""
        download, media = self._fetching.active, self._playhead.media
        if download is None or media is None:
            return
        waiting = media.wanted_slots()
        if not waiting:
            return
        now, wanted = self._playhead.place(media), waiting[-1]
        if download.media is not media or download.slot != wanted:
            if now.is_jump or self._playhead.to_play_s(media, now, wanted) < URGENT_S:
                self._fetching.cancel()
        elif self._playhead.is_opening and wanted == now.slot:
            download.relay()

    def _state(self) -> HealthState:
        if self._faults.is_failing:
            return "reconnecting"
        media = self._playhead.media
        is_short = self._playhead.buffer_s < 1.0 or (media is not None and media.is_held_back)
        return "buffering" if is_short and self._playhead.is_starved else "ok"

    def _current_error(self) -> PlayerError | None:
        current = self._playhead.current
        return next((media.error for media in self._songs.all() if media.track.id == current), None)
