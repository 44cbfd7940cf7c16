"""A `Playback` without sound for tests of the window; it keeps the same promises as the real player.

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
from player.domain.stream import StreamSample, StreamStats
from player.errors import PlayerError
from player.playback.port import Listener

RESTART_AFTER_S = 3.0
KBPS = 320


class FakePlayback:
    def __init__(self) -> None:
        self._state = PlaybackState()
        self._queue = QueueState((), None, None, is_shuffled=False, repeat=Repeat.OFF, version=0)
        self._unshuffled: tuple[QueueEntry, ...] = ()
        self._listeners: list[Listener] = []
        self._last_id = 0
        self._rng = random.Random(7)
        self.retries = 0
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
        return lambda: self._listeners.remove(listener)

    # ---- what a test makes happen

    def advance(self, seconds: float) -> None:
        """Time passes while a song plays; at its end the next begins, or the queue ends."""
        assert self._state.status is Status.PLAYING
        position = self._state.position_s + seconds
        if position < self._state.duration_s:
            self._set(position_s=position)
        elif self._queue.repeat is Repeat.ONE and self._queue.index is not None:
            self._start(self._queue.index)
        else:
            self._step(1)

    def become(self, status: Status, error: PlayerError | None = None) -> None:
        self._set(status=status, error=error)

    # ---- commands

    async def play(self, tracks: Sequence[Track], *, start: int = 0, source: QueueSource | None = None) -> None:
        entries = self._entries(tracks, is_picked=False)
        self._unshuffled = entries
        if not entries:
            self._requeue((), None, source=source)
            self._set(status=Status.IDLE, entry=None, position_s=0.0, duration_s=0.0, buffered_until_s=0.0)
            return
        first = entries[start]
        order = self._shuffled(entries, first) if self._queue.is_shuffled else entries
        self._requeue(order, order.index(first), source=source)
        self._start(order.index(first))

    async def enqueue(self, tracks: Sequence[Track], *, is_next: bool) -> None:
        entries = self._entries(tracks, is_picked=True)
        queue = self._queue
        at = 0 if queue.index is None else queue.index + 1
        while not is_next and at < len(queue.order) and queue.order[at].is_picked:
            at += 1
        self._unshuffled += entries
        self._requeue((*queue.order[:at], *entries, *queue.order[at:]), queue.index)
        if queue.index is None and entries:
            self._start(0)

    async def toggle(self) -> None:
        if self._state.status is Status.PLAYING:
            await self.pause()
        else:
            await self.resume()

    async def pause(self) -> None:
        if self._state.entry is not None:
            self._set(status=Status.PAUSED)

    async def resume(self) -> None:
        if self._state.status is Status.ENDED:
            self._start(0)
        elif self._state.entry is not None:
            self._set(status=Status.PLAYING)

    async def next(self) -> None:
        self._step(1)

    async def previous(self) -> None:
        index = self._queue.index
        if index is None:
            return
        if self._state.position_s > RESTART_AFTER_S:
            self._start(index)
        else:
            self._step(-1)

    async def play_entry(self, entry_id: EntryId) -> None:
        index = self._place_of(entry_id)
        if index is not None:
            self._start(index)

    async def seek(self, position_s: float) -> None:
        if self._state.entry is not None:
            self._set(position_s=min(max(position_s, 0.0), self._state.duration_s))

    async def set_volume(self, volume: float) -> None:
        self._set(volume=min(max(volume, 0.0), 1.0))

    async def set_muted(self, is_muted: bool) -> None:
        self._set(is_muted=is_muted)

    async def set_shuffled(self, is_shuffled: bool) -> None:
        current = self._queue.current
        order = self._shuffled(self._queue.order, current) if is_shuffled else self._unshuffled
        index = None if current is None else order.index(current)
        self._requeue(order, index, is_shuffled=is_shuffled)

    async def set_repeat(self, repeat: Repeat) -> None:
        self._requeue(self._queue.order, self._queue.index, repeat=repeat)

    async def move_entry(self, entry_id: EntryId, position: int) -> None:
        at = self._place_of(entry_id)
        if at is None:
            return
        current = self._queue.current
        order = list(self._queue.order)
        entry = order.pop(at)
        order.insert(min(max(position, 0), len(order)), entry)
        self._requeue(tuple(order), None if current is None else order.index(current))

    async def remove_entries(self, entry_ids: Sequence[EntryId]) -> None:
        """The song playing now stays: it is stopped by playing another."""
        current = self._queue.current
        kept = tuple(e for e in self._queue.order if e.id not in entry_ids or e is current)
        self._unshuffled = tuple(e for e in self._unshuffled if e in kept)
        self._requeue(kept, None if current is None else kept.index(current))

    async def clear_upcoming(self) -> None:
        index = self._queue.index
        upcoming = self._queue.order[(-1 if index is None else index) + 1 :]
        await self.remove_entries([entry.id for entry in upcoming])

    async def retry_now(self) -> None:
        self.retries += 1

    # ---- inside

    def _entries(self, tracks: Sequence[Track], *, is_picked: bool) -> tuple[QueueEntry, ...]:
        first = self._last_id + 1
        self._last_id += len(tracks)
        return tuple(QueueEntry(EntryId(first + at), track, is_picked) for at, track in enumerate(tracks))

    def _shuffled(self, entries: Sequence[QueueEntry], first: QueueEntry | None) -> tuple[QueueEntry, ...]:
        rest = [entry for entry in entries if entry is not first]
        self._rng.shuffle(rest)
        return tuple(rest) if first is None else (first, *rest)

    def _place_of(self, entry_id: EntryId) -> int | None:
        return next((at for at, entry in enumerate(self._queue.order) if entry.id == entry_id), None)

    def _step(self, by: int) -> None:
        queue = self._queue
        if queue.index is None or not queue.order:
            return
        index = queue.index + by
        if queue.repeat is Repeat.ALL:
            index %= len(queue.order)
        if index >= len(queue.order):
            self._set(status=Status.ENDED, position_s=self._state.duration_s)
        else:
            self._start(max(index, 0))

    def _start(self, index: int) -> None:
        entry = self._queue.order[index]
        self._requeue(self._queue.order, index)
        self._set(
            status=Status.PLAYING,
            entry=entry,
            position_s=0.0,
            duration_s=entry.track.duration_s,
            buffered_until_s=min(60.0, entry.track.duration_s),
            rendition_kbps=KBPS,
            error=None,
        )

    def _requeue(self, order: tuple[QueueEntry, ...], index: int | None, **changes: Any) -> None:
        version = self._queue.version + 1
        self._queue = replace(self._queue, order=order, index=index, version=version, **changes)
        for listener in list(self._listeners):
            listener(self._queue)

    def _set(self, **changes: Any) -> None:
        self._state = replace(self._state, **changes)
        for listener in list(self._listeners):
            listener(self._state)
