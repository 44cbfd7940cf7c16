"""What plays and how it goes: joins queue, deck, engine and streams, and tells the present state.

`Player` gives it the listener's commands; the engine gives it events; a tick four times a second looks at positions
and health. All on the `net` loop.
"""

from __future__ import annotations

from collections.abc import Callable

from player.clock import Clock
from player.domain.playback import PlaybackState, QueueEntry, Status
from player.domain.stream import StreamStats
from player.errors import PlayerError
from player.playback.after_failure import AfterFailure
from player.playback.deck import Deck
from player.playback.engine_events import (
    DeviceLost,
    DevicesChanged,
    Ended,
    EndReason,
    EngineEvent,
    Faded,
    FadesRefused,
    Restarted,
    SoundingChanged,
)
from player.playback.engine_port import Engine
from player.playback.loudness import LoudnessMode
from player.playback.observation import Observation
from player.playback.queue import Queue
from player.playback.sleep_timer import SleepWatch
from player.playback.sound_device import SoundDevice
from player.playback.streams import Streams, duration_s
from player.playback.succession import Succession
from player.runtime import Runtime


class Transport:
    def __init__(
        self,
        *,
        runtime: Runtime,
        streams: Streams,
        engine: Engine,
        clock: Clock,
        queue: Queue,
        device: SoundDevice,
        sleep: SleepWatch,
        failed_pause_s: float,
        changed: Callable[[], None],
    ) -> None:
        self._streams = streams
        self._engine = engine
        self._clock = clock
        self._queue = queue
        self._changed = changed
        self.is_wanted = False  # whether the listener wants to hear something
        self.is_finished = False
        self._deck = Deck(runtime=runtime, streams=streams, engine=engine, clock=clock, changed=self._deck_changed)
        self._rest_s = 0.0  # where a song that is not open would begin
        self._seek_s: float | None = None
        self._observed = Observation(clock)
        self.figures = self._observed.figures
        self._sleep = sleep
        self._device = device
        self.succession = Succession(queue, self._deck, engine, streams, sleep)
        self._after_failure = AfterFailure(runtime, queue, failed_pause_s, self._go_on)
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
            self._observed.asked_for_a_song(is_wanted=self.is_wanted)
            self._device.try_again()
            self._after_failure.forget()
        self._deck.is_paused = not self.is_wanted
        self._deck.open(entry, position_s, self.succession.gain_db(entry))
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
                self._observed.awaits_sound()
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
        self.succession.loudness, self.succession.target_lufs = mode, target_lufs
        self._deck.set_gain(self.succession.gain_db)
        self.plan()

    def plan(self) -> None:
        """Tell the look-ahead and the engine what follows; after every change of the queue."""
        self.succession.plan()

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
        if self.is_sounding or self._observed.sounded_just_now:
            return Status.PLAYING
        if self._deck.waiting_for is not None or self._streams.health.state == "reconnecting":
            return Status.RECONNECTING
        return Status.BUFFERING

    def error(self) -> PlayerError | None:
        error = self._deck.failure or self._deck.waiting_for or self._device.error
        if error is not None:
            return error
        return self._streams.health.error if self.status() is Status.RECONNECTING else None

    def _retry_in_s(self) -> float | None:
        next_at_s = self._deck.next_retry_at_s or self._streams.health.next_retry_at_s
        if next_at_s is None or self.status() is not Status.RECONNECTING:
            return None
        return max(0.0, next_at_s - self._clock.monotonic_s())

    def state(self) -> PlaybackState:
        position_s, song = self.position_s, self._deck.song
        return PlaybackState(
            status=self.status(),
            entry=self._queue.current,
            position_s=position_s,
            duration_s=self.duration_s,
            buffered_until_s=position_s if song is None else song.stream.buffered_until_s(position_s),
            rendition_kbps=None if song is None else song.stream.rendition_at(position_s),
            error=self.error(),
            retry_in_s=self._retry_in_s(),
            crossfade_s=self.succession.crossfade_s,
        )

    def stats(self) -> StreamStats:
        """From any thread: reads snapshots only."""
        song, now_s = self._deck.song, self._clock.monotonic_s()
        return self.figures.stats(None if song is None else song.stream, self._streams.health, self.position_s, now_s)

    # -- what happens

    def tick(self) -> None:
        self._observe()
        if self.is_sounding and self._device.is_gone:
            self._lose_device()
        song = self._deck.song
        if song is None:
            return
        self._report()
        kbps = song.stream.rendition_at(self.position_s)
        self._observed.tick(kbps, self._streams.health, is_wanted=self.is_wanted, is_sounding=self.is_sounding)

    def _report(self) -> None:
        if (song := self._deck.song) is not None:
            ahead_s = self._engine.ahead_s if self._deck.has_begun and self._seek_s is None else 0.0
            self._streams.report_position(song.entry.track.id, self.position_s, ahead_s, self.is_sounding)

    def _observe(self) -> None:
        is_sounding = self.is_sounding
        if is_sounding:
            self._after_failure.forget()
        is_wanted = self.is_live and not self.is_finished
        self._observed.sound(self.position_s, is_wanted=is_wanted, is_sounding=is_sounding)

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
            case DevicesChanged():
                self._device.changed()
            case Faded():
                self.succession.faded()
                self.plan()
            case FadesRefused():
                self.plan()
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
        """The engine stopped before the song's end: for good where the song says why it cannot be played."""
        if error is not None and not error.retryable:
            self._deck.fail(error)
            return
        reached_s = position_s if self._deck.has_begun else self._deck.start_s
        sought_s, self._seek_s = self._seek_s, None
        self._deck.reopen(reached_s if sought_s is None else sought_s)

    def _song_ended(self) -> None:
        following, ended = self._queue.following(), self._deck.song
        self._seek_s = None
        if self._sleep.song_ended():
            self.set_wanted(False)
        if following is None:
            self.finish()
            return
        if self._engine.is_fading and ended is not None:
            self.succession.fades_out(ended.entry.track)
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
        self._seek_s, self._rest_s = None, position_s
        self._observed.rests()
        self._streams.plan(())
