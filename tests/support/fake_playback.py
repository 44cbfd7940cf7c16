"""A `Playback` without sound for tests of the window; it keeps the same promises as the real player, whose queue it
shares (tests/contract/test_playback.py holds both to them).

    playback = FakePlayback()
    playback.advance(30.0)            # time passes; the song ends where it ends
    playback.become(Status.RECONNECTING)

Commands run on the loop, `advance` and `become` in the test's thread; listeners run where the change was made.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from player.domain.catalogue import Track
from player.domain.ids import EntryId
from player.domain.playback import PlaybackState, QueueEntry, QueueSource, QueueState, Repeat, Status
from player.domain.sound import (
    FASTEST,
    LONGEST_CROSSFADE_S,
    SLOWEST,
    SYSTEM_DEVICE,
    OutputChoice,
    OutputDevice,
    SleepTimer,
)
from player.domain.stream import StreamSample, StreamStats
from player.errors import PlayerError
from player.playback.port import Listener
from player.playback.queue import Queue

RESTART_AFTER_S = 3.0
KBPS = 320


class FakePlayback:
    def __init__(self) -> None:
        self._state = PlaybackState()
        self._order = Queue(random.Random(7))
        self._queue = self._order.state
        self._is_wanted = False
        self._listeners: list[Listener] = []
        self.retries = 0
        self.devices: tuple[OutputDevice, ...] = (
            OutputDevice(SYSTEM_DEVICE, "System default"),
            OutputDevice("speakers", "Speakers", can_be_exclusive=True),
            OutputDevice("headphones", "Headphones"),
        )
        self.samples: tuple[StreamSample, ...] = ()

    # ---- reading

    @property
    def state(self) -> PlaybackState:
        return self._state

    @property
    def queue(self) -> QueueState:
        return self._queue

    def stats(self) -> StreamStats:
        is_on = self._state.entry is not None
        return StreamStats(
            rendition_kbps=KBPS if is_on else None,
            buffer_s=max(0.0, self._state.buffered_until_s - self._state.position_s),
            throughput_kbps=4100.0 if is_on else None,
            switches=8,
            stalls=0,
            stall_s=0.0,
            first_sound_ms=212.0 if is_on else None,
            mean_kbps=256.0 if is_on else None,
            sample_rate_hz=44100 if is_on else None,
            channels=2 if is_on else None,
            samples=self.samples,
        )

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener) if listener in self._listeners else None

    # ---- what a test makes happen

    def advance(self, seconds: float) -> None:
        """Time passes while a song plays; at its end the next begins, or the queue ends; so does a sleep timer."""
        assert self._state.status is Status.PLAYING
        sleep = self._state.sleep
        if sleep is not None and sleep.seconds is not None:
            left_s = sleep.seconds - seconds
            self._set(sleep=SleepTimer(left_s) if left_s > 0 else None)
            if left_s <= 0:
                self._is_wanted = False
                self._set(status=Status.PAUSED)
                return
        position_s = self._state.position_s + seconds
        if position_s < self._state.duration_s:
            self._set(position_s=position_s)
        else:
            self._song_ended()

    def _song_ended(self) -> None:
        sleep = self._state.sleep
        if sleep is not None and sleep.songs is not None:
            self._set(sleep=None if sleep.songs == 1 else SleepTimer(songs=sleep.songs - 1))
            self._is_wanted = sleep.songs > 1
        self._go_to(self._order.following())

    def become(self, status: Status, error: PlayerError | None = None, *, retry_in_s: float | None = None) -> None:
        self._set(status=status, error=error, retry_in_s=retry_in_s)

    # ---- commands

    async def play(self, tracks: Sequence[Track], *, start: int = 0, source: QueueSource | None = None) -> None:
        self._order.replace(tracks, start=start, source=source)
        self._is_wanted = bool(tracks)
        self._begin()

    async def enqueue(self, tracks: Sequence[Track], *, is_next: bool) -> None:
        self._order.enqueue(tracks, is_next=is_next)
        self._reordered()

    async def toggle(self) -> None:
        if self._is_wanted and self._state.status not in (Status.ENDED, Status.FAILED, Status.IDLE):
            await self.pause()
        else:
            await self.resume()

    async def pause(self) -> None:
        self._is_wanted = False
        if self._state.status not in (Status.IDLE, Status.ENDED, Status.FAILED):
            self._set(status=Status.PAUSED)

    async def resume(self) -> None:
        if self._state.status is Status.ENDED or self._order.current is None:
            order = self._queue.order
            self._is_wanted = bool(order)
            if order:
                self._go_to(self._order.following(is_asked=True) or order[0])
        elif self._state.status is Status.FAILED:
            self._is_wanted = True
            self._begin()
        else:
            self._is_wanted = True
            self._set(status=Status.PLAYING)

    async def next(self) -> None:
        if self._queue.order:
            self._go_to(self._order.following(is_asked=True))

    async def previous(self) -> None:
        preceding = self._order.preceding()
        if preceding is None or self._state.position_s > RESTART_AFTER_S:
            await self.seek(0.0)
        else:
            self._go_to(preceding)

    async def play_entry(self, entry_id: EntryId) -> None:
        entry = next((entry for entry in self._queue.order if entry.id == entry_id), None)
        if entry is not None:
            self._is_wanted = True
            self._go_to(entry)

    async def seek(self, position_s: float) -> None:
        if self._order.current is None:
            return
        if self._state.status is Status.ENDED:
            self._begin()
        self._set(position_s=min(max(position_s, 0.0), self._state.duration_s))

    async def set_volume(self, volume: float) -> None:
        self._set(volume=min(max(volume, 0.0), 1.0))

    async def set_muted(self, is_muted: bool) -> None:
        self._set(is_muted=is_muted)

    async def set_crossfade(self, seconds: float) -> None:
        self._set(crossfade_s=min(max(seconds, 0.0), LONGEST_CROSSFADE_S))

    async def set_speed(self, speed: float) -> None:
        self._set(speed=min(max(speed, SLOWEST), FASTEST))

    async def set_sleep(self, timer: SleepTimer | None) -> None:
        self._set(sleep=timer)

    def output_devices(self) -> Sequence[OutputDevice]:
        return self.devices

    async def set_output(self, device_id: str, *, is_exclusive: bool = False) -> None:
        is_present = any(device.id == device_id for device in self.devices)
        self._set(output=OutputChoice(device_id, is_exclusive, is_present))

    async def set_shuffled(self, is_shuffled: bool) -> None:
        self._order.set_shuffled(is_shuffled)
        self._reordered()

    async def set_repeat(self, repeat: Repeat) -> None:
        self._order.set_repeat(repeat)
        self._reordered()

    async def move_entry(self, entry_id: EntryId, position: int) -> None:
        self._order.move(entry_id, position)
        self._reordered()

    async def remove_entries(self, entry_ids: Sequence[EntryId]) -> None:
        before = self._order.current
        self._order.remove(entry_ids)
        if self._order.current == before:
            self._reordered()
        else:
            self._begin()

    async def clear_upcoming(self) -> None:
        self._order.clear_upcoming()
        self._reordered()

    async def retry_now(self) -> None:
        self.retries += 1

    # ---- inside

    def _go_to(self, entry: QueueEntry | None) -> None:
        """Play `entry` from its start; None is the end of the order."""
        if entry is None:
            self._set(status=Status.ENDED, position_s=self._state.duration_s)
        else:
            self._order.go_to(entry.id)
            self._begin()

    def _begin(self) -> None:
        """The current entry from its start; silence where there is none."""
        self._reordered()
        entry = self._order.current
        length_s = 0.0 if entry is None else entry.track.duration_s
        playing = Status.PLAYING if self._is_wanted else Status.PAUSED
        self._set(
            status=Status.IDLE if entry is None else playing,
            entry=entry,
            position_s=0.0,
            duration_s=length_s,
            buffered_until_s=min(60.0, length_s),
            rendition_kbps=None if entry is None else KBPS,
            error=None,
        )

    def _reordered(self) -> None:
        if self._queue.version != self._order.version:
            self._queue = self._order.state
            for listener in list(self._listeners):
                listener(self._queue)

    def _set(self, **changes: Any) -> None:
        self._state = replace(self._state, **changes)
        for listener in list(self._listeners):
            listener(self._state)
