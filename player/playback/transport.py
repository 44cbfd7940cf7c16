"""What plays and how it goes: joins queue, deck, engine and streams, and tells the present state.

`Player` gives it the listener's commands; the engine gives it events; a tick four times a second looks at positions
and health. All on the `net` loop.
"""

from __future__ import annotations

from collections.abc import Callable

from player.clock import Clock
from player.domain.playback import PlaybackState, QueueEntry, Status
from player.domain.stream import StreamSample, StreamStats
from player.errors import PlayerError
from player.playback.after_failure import AfterFailure
from player.playback.deck import Deck
from player.playback.engine import MpvEngine
from player.playback.engine_events import DeviceLost, Ended, EndReason, EngineEvent, Restarted, SoundingChanged
from player.playback.figures import Figures
from player.playback.loudness import LoudnessMode, gain_for
from player.playback.queue import Queue
from player.playback.sound_device import SoundDevice
from player.playback.streams import Streams, duration_s
from player.runtime import Runtime

PLAN_AHEAD = 6  # songs told to the look-ahead: two minutes of the shortest usual songs
GRACE_S = 0.25  # a change of song or a seek is no 'buffering' while the output's own buffer still sounds


class Transport:
    def __init__(
        self,
        *,
        runtime: Runtime,
        streams: Streams,
        engine: MpvEngine,
        clock: Clock,
        queue: Queue,
        failed_pause_s: float,
        changed: Callable[[], None],
    ) -> None:
        self._streams = streams
        self._engine = engine
        self._clock = clock
        self._queue = queue
        self._changed = changed
        self.figures = Figures()
        self.volume = 1.0
        self.is_muted = False
        self.loudness = LoudnessMode.AUTO
        self.is_wanted = False  # whether the listener wants to hear something
        self.is_finished = False
        self._deck = Deck(runtime=runtime, streams=streams, engine=engine, clock=clock, changed=self._deck_changed)
        self._rest_s = 0.0  # where a song that is not open would begin
        self._seek_s: float | None = None
        self._device = SoundDevice(engine, clock)
        self._after_failure = AfterFailure(runtime, queue, failed_pause_s, self._go_on)
        self._was_playing = False
        self._sounded_s = self._sampled_s = 0.0
        engine.listen(self._engine_event)

    # -- commands

    def open_current(self, position_s: float = 0.0, *, is_asked: bool = True) -> None:
        """Open the queue's current entry, or fall silent where there is none."""
        entry = self._queue.current
        self._after_failure.stop()
        self.is_finished, self._seek_s = False, None
        if entry is None:
            self._rest(0.0)
            return
        if is_asked:
            self._was_playing = False
            self._device.try_again()
            self._after_failure.forget()
            if self.is_wanted:
                self.figures.commanded_start(self._clock.monotonic_s())
            else:
                self.figures.abandoned()
        self._deck.is_paused = not self.is_wanted
        self._deck.open(entry, position_s, self._gain(entry))
        self.plan()

    def rest_at(self, position_s: float) -> None:
        """Stand paused at a place of the current entry without opening it."""
        self.is_wanted = self.is_finished = False
        self._rest(position_s)

    def set_wanted(self, is_wanted: bool) -> None:
        self.is_wanted = is_wanted
        if not is_wanted:
            self._after_failure.stop()
            self.figures.abandoned()
            self._deck.set_paused(True)
        elif self._deck.failure is not None or not self._deck.is_loaded:
            self.open_current(self._rest_s)
        else:
            self._device.try_again()
            if not self._deck.has_begun:
                self.figures.commanded_start(self._clock.monotonic_s())
            self._deck.set_paused(False)

    def seek(self, position_s: float) -> None:
        target_s = min(max(position_s, 0.0), self.duration_s)
        self.figures.interrupted()
        if self.is_finished:
            self.open_current(target_s)
        elif self._deck.has_begun:
            self._seek_s = target_s
            self._engine.seek(target_s)
            self._report()
        elif self._deck.song is not None:
            self._seek_s = target_s  # done when the song begins
        else:
            self._deck.start_s = self._rest_s = target_s

    def finish(self) -> None:
        """The end of the order of play."""
        self._after_failure.stop()
        self.is_finished = True
        self.figures.abandoned()
        self._rest(0.0)

    def retry_now(self) -> None:
        self._deck.retry_now()
        self._streams.retry_now()

    def set_loudness(self, mode: LoudnessMode, target_lufs: float) -> None:
        self.loudness = mode
        self._engine.set_target(target_lufs)
        if self._deck.song is not None:
            self._engine.set_gain(self._gain(self._deck.song.entry))
        self.plan()

    def plan(self) -> None:
        """Tell the look-ahead and the engine what follows; after every change of the queue."""
        if not self._deck.is_loaded:
            self._streams.plan(())
            return
        self._streams.plan(self._queue.upcoming(PLAN_AHEAD))
        following = self._queue.following()
        self._deck.set_next(following, "no" if following is None else self._gain(following))

    def close(self) -> None:
        self._after_failure.stop()
        self._deck.clear()

    # -- state

    @property
    def position_s(self) -> float:
        if self.is_finished:
            return self.duration_s
        if self._seek_s is not None:
            return self._seek_s
        if self._deck.has_begun:
            return min(self._engine.position_s, self.duration_s)
        return self._deck.start_s if self._deck.is_loaded else self._rest_s

    @property
    def duration_s(self) -> float:
        if self._deck.song is not None:
            return duration_s(self._deck.song.stream)
        entry = self._queue.current
        return 0.0 if entry is None else entry.track.duration_s

    @property
    def is_sounding(self) -> bool:
        return self.is_wanted and self._deck.has_begun and self._engine.is_sounding

    @property
    def is_live(self) -> bool:
        """Whether something moves, so that the tick must be quick."""
        return self.is_wanted and self._deck.is_loaded and self._deck.failure is None

    @property
    def has_song(self) -> bool:
        return self._deck.song is not None

    def status(self) -> Status:
        if self._queue.current is None:
            return Status.IDLE
        if self.is_finished:
            return Status.ENDED
        if self._deck.failure is not None:
            return Status.FAILED
        if not self.is_wanted:
            return Status.PAUSED
        if self.is_sounding or (self._was_playing and self._clock.monotonic_s() - self._sounded_s < GRACE_S):
            return Status.PLAYING
        if self._deck.waiting_for is not None or self._streams.health.state == "reconnecting":
            return Status.RECONNECTING
        return Status.BUFFERING

    def error(self) -> PlayerError | None:
        error = self._deck.failure or self._deck.waiting_for or self._device.error
        if error is not None:
            return error
        return self._streams.health.error if self.status() is Status.RECONNECTING else None

    def state(self) -> PlaybackState:
        position_s, song = self.position_s, self._deck.song
        return PlaybackState(
            status=self.status(),
            entry=self._queue.current,
            position_s=position_s,
            duration_s=self.duration_s,
            buffered_until_s=position_s if song is None else song.stream.buffered_until_s(position_s),
            volume=self.volume,
            is_muted=self.is_muted,
            rendition_kbps=None if song is None else song.stream.rendition_at(position_s),
            error=self.error(),
        )

    def stats(self) -> StreamStats:
        """From any thread: reads snapshots only."""
        song, now_s = self._deck.song, self._clock.monotonic_s()
        return self.figures.stats(None if song is None else song.stream, self._streams.health, self.position_s, now_s)

    # -- what happens

    def tick(self) -> None:
        now_s = self._clock.monotonic_s()
        self._observe()
        if self.is_sounding and self._device.is_gone:
            self._lose_device()
        song = self._deck.song
        if song is None:
            return
        self._report()
        kbps = song.stream.rendition_at(self.position_s)
        health = self._streams.health
        if self.is_sounding:
            self.figures.heard(now_s, kbps)
        if self.is_wanted and now_s - self._sampled_s >= 0.99:
            self._sampled_s = now_s
            self.figures.sample(StreamSample(now_s, health.buffer_s, kbps or 0, health.throughput_kbps or 0.0))

    def _report(self) -> None:
        if (song := self._deck.song) is not None:
            ahead_s = self._engine.ahead_s if self._deck.has_begun and self._seek_s is None else 0.0
            self._streams.report_position(song.entry.track.id, self.position_s, ahead_s, self.is_sounding)

    def _observe(self) -> None:
        now_s, is_sounding = self._clock.monotonic_s(), self.is_sounding
        if is_sounding:
            self._sounded_s, self._was_playing = now_s, True
            self._after_failure.forget()
        is_wanted = self.is_live and not self.is_finished
        self.figures.observe(now_s, self.position_s, is_wanted=is_wanted, is_sounding=is_sounding)

    def _engine_event(self, event: EngineEvent) -> None:
        song = self._deck.song
        match event:
            case Restarted(load) if song is not None and load == song.load:
                self._song_begun()
            case Ended(load, EndReason.END, _) if song is not None and load == song.load:
                self._song_ended()
            case Ended(load, EndReason.CUT, position_s) if song is not None and load == song.load:
                self._song_cut(song.stream.error, position_s)
            case SoundingChanged():
                self._observe()
            case DeviceLost():
                self._lose_device()
            case _:
                return
        self._changed()

    def _song_begun(self) -> None:
        is_first = not self._deck.has_begun
        self._deck.begun()
        if is_first and self._seek_s is not None:
            self._engine.seek(self._seek_s)  # sought while the song was being opened
        else:
            self._seek_s = None
        self._observe()
        self.plan()

    def _song_cut(self, error: PlayerError | None, position_s: float) -> None:
        """The engine stopped before the song's end: for good where the song itself says why."""
        if error is not None:
            self._deck.fail(error)
            return
        reached_s = position_s if self._deck.has_begun else self._deck.start_s
        sought_s, self._seek_s = self._seek_s, None
        self._deck.reopen(reached_s if sought_s is None else sought_s)

    def _song_ended(self) -> None:
        following = self._queue.following()
        self._seek_s = None
        if following is None:
            self.finish()
            return
        self._queue.go_to(following.id)
        if self._deck.has_next(following):
            self._deck.promote_next()
            self.plan()
        else:
            self.open_current(is_asked=False)

    def _lose_device(self) -> None:
        self._device.lose()
        self.set_wanted(False)

    def _deck_changed(self) -> None:
        if self._deck.failure is not None:
            self._after_failure.song_failed(self._deck.failure, is_wanted=self.is_wanted)
        self.plan()
        self._changed()

    def _go_on(self, following: QueueEntry | None) -> None:
        if following is None:
            self.finish()
        else:
            self._queue.go_to(following.id)
            self.open_current(is_asked=False)
        self._changed()

    # -- inside

    def _rest(self, position_s: float) -> None:
        self._after_failure.stop()
        self._deck.clear()
        self._seek_s, self._rest_s, self._was_playing = None, position_s, False
        self._streams.plan(())

    def _gain(self, entry: QueueEntry) -> str:
        before, after = self._queue.neighbours(entry)
        return gain_for(self.loudness, entry.track, before, after)
