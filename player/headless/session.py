"""One run without a window: play what was asked, say how it goes, stop at the end or after so many seconds.
Runs on the `net` loop; main.py waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from player.clock import Clock
from player.domain.catalogue import IngestPhase, IngestStatus
from player.domain.playback import PlaybackState, Status
from player.errors import NotFound, PlayerError
from player.headless.report import Recorder
from player.headless.wanted import Wanted, find
from player.playback.port import Playback
from player.service.port import MusicService

Say = Callable[[str], None]

SAMPLE_S = 1.0
TELL_EVERY_S = 5.0


class HeadlessRun:
    """`say` takes lines for the terminal. The recorder gathers what the report will hold."""

    def __init__(self, playback: Playback, clock: Clock, recorder: Recorder, say: Say) -> None:
        self._playback = playback
        self._clock = clock
        self._recorder = recorder
        self._say = say
        self._told_at_s = clock.monotonic_s()
        self._told_entry: int | None = None

    async def play(self, service: MusicService, wanted: Wanted | None, seconds: float | None) -> None:
        """Play `wanted`, or what the queue held last, to its end or for `seconds`. PlayerError where nothing can
        be played; a song that failed on the way stands in the report and is raised at the end."""
        try:
            await self._start(service, wanted)
            await self._until_the_end(seconds)
        except PlayerError as error:
            self._recorder.failed(error)
            raise

    async def _start(self, service: MusicService, wanted: Wanted | None) -> None:
        if wanted is None:
            if self._playback.queue.current is None:
                raise NotFound("nothing to play: say what with --play KIND:QUERY")
            await self._playback.resume()
            return
        found = await find(service, wanted, self.tell_ingest)
        count = len(found.tracks)
        self._say(f"Playing {found.source.kind} “{found.source.title}”: {count} song{'s' if count > 1 else ''}")
        await self._playback.play(found.tracks, source=found.source)

    async def _until_the_end(self, seconds: float | None) -> None:
        began_s = self._clock.monotonic_s()
        failure: PlayerError | None = None
        while True:
            await asyncio.sleep(SAMPLE_S if seconds is None else min(SAMPLE_S, seconds))
            self._recorder.sample()
            state = self._playback.state
            self._tell(state)
            if state.status is Status.FAILED:
                failure = state.error
            if state.status in (Status.ENDED, Status.IDLE):
                break
            if seconds is not None and self._clock.monotonic_s() - began_s >= seconds:
                break
        if failure is not None:
            raise failure

    def tell_ingest(self, status: IngestStatus) -> None:
        """Say how far the library is read, at most every few seconds."""
        if status.phase is IngestPhase.IDLE or not self._is_time_to_tell():
            return
        what = "Reading" if status.phase is IngestPhase.SCANNING else "Measuring"
        broken = f", {len(status.failures)} unreadable" if status.failures else ""
        self._say(f"{what} the library: {status.done} of {status.total}, {status.songs} songs{broken}")

    def _tell(self, state: PlaybackState) -> None:
        if state.entry is None:
            return
        is_new = state.entry.id != self._told_entry
        if not is_new and not self._is_time_to_tell():
            return
        self._told_entry = state.entry.id
        self._told_at_s = self._clock.monotonic_s()
        stats = self._playback.stats()
        rendition = f"AAC {stats.rendition_kbps}" if stats.rendition_kbps else "-"
        throughput = f"{stats.throughput_kbps:.0f} kbit/s" if stats.throughput_kbps else "-"
        place = f"{state.position_s:6.1f} / {state.duration_s:.1f} s"
        stream = f"{rendition}, {stats.buffer_s:.0f} s ahead, link {throughput}"
        self._say(f"  {state.status.value:<12} {place}  {state.entry.track.title}  [{stream}]")

    def _is_time_to_tell(self) -> bool:
        now_s = self._clock.monotonic_s()
        if now_s - self._told_at_s < TELL_EVERY_S:
            return False
        self._told_at_s = now_s
        return True
