"""The songs that are open: their opening under way, and how long each stays in memory. On the `net` loop; owned by
player/streaming/look_ahead.py.

A song stays open while it is in the plan, or has been prepared and not planned yet. Then it is closed and rests with
what was fetched of it, since queues are shuffled, put in order and gone back through; the oldest of those give way
when memory runs out, the opening of the song before last, so that 'previous' starts at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence

from player.domain.catalogue import Track
from player.domain.ids import TrackId
from player.errors import PlayerError
from player.runtime import Runtime
from player.streaming.abr.state import Ladder
from player.streaming.head_start import BeginHead
from player.streaming.opening import Opener
from player.streaming.track_media import TrackMedia

HEAD_SEGMENTS = 4  # abr/CONTROLLER.md: what a skip needs to start at once and go on
MAX_UNPLANNED = 4


class Songs:
    def __init__(self, runtime: Runtime, opener: Opener, opening_rung: Callable[[Ladder], int]) -> None:
        self._runtime = runtime
        self._opener = opener
        self._opening_rung = opening_rung
        self._open: dict[TrackId, TrackMedia] = {}
        self._opening: dict[TrackId, asyncio.Task[TrackMedia | PlayerError]] = {}
        self._unplanned: list[TrackId] = []
        self._resting: dict[TrackId, None] = {}
        """closed, longest resting first"""
        self._current: TrackId | None = None
        self._previous: TrackId | None = None

    def get(self, track_id: TrackId) -> TrackMedia | None:
        media = self._open.get(track_id)
        return None if media is None or media.error is not None else media

    def all(self) -> list[TrackMedia]:
        return list(self._open.values())

    def is_opening(self, track_id: TrackId) -> bool:
        return track_id in self._opening

    async def open(self, track: Track, begin_head: BeginHead | None = None) -> TrackMedia:
        """The song, opened now or before; raises the PlayerError that opening met. Several callers share one
        opening, and one of them being cancelled does not end it for the others."""
        if (media := self.get(track.id)) is not None:
            return media
        task = self._opening.get(track.id)
        if task is None:
            task = self._runtime.spawn(self._open_one(track, begin_head), f"open {track.id}")
            self._opening[track.id] = task
            task.add_done_callback(lambda done: self._opened(track.id, done))
        result = await asyncio.shield(task)
        if isinstance(result, PlayerError):
            raise result
        return result

    async def _open_one(self, track: Track, begin_head: BeginHead | None) -> TrackMedia | PlayerError:
        try:
            return await self._opener.open(track, self._opening_rung, begin_head)
        except PlayerError as error:
            return error

    def _opened(self, track_id: TrackId, task: asyncio.Task[TrackMedia | PlayerError]) -> None:
        if self._opening.get(track_id) is task:
            del self._opening[track_id]
            if not task.cancelled() and isinstance(result := task.result(), TrackMedia):
                self._open[track_id] = result

    def prepared(self, track_id: TrackId) -> None:
        """Somebody holds a stream of this song, although no plan names it yet."""
        if track_id in self._unplanned:
            self._unplanned.remove(track_id)
        self._unplanned.append(track_id)
        self._resting.pop(track_id, None)
        del self._unplanned[:-MAX_UNPLANNED]

    def keep(self, plan: Sequence[Track]) -> None:
        """Close what the plan no longer holds."""
        current = plan[0].id if plan else None
        if current != self._current:
            self._previous, self._current = self._current, current
        planned = {track.id for track in plan}
        self._unplanned = [track_id for track_id in self._unplanned if track_id not in planned]
        kept = planned | set(self._unplanned)
        for track_id in [track_id for track_id in self._opening if track_id not in kept]:
            self._opening.pop(track_id).cancel()
        for track_id, media in list(self._open.items()):
            if track_id in kept:
                self._resting.pop(track_id, None)
            elif track_id not in self._resting:
                media.close()
                media.forget_refusals()
                self._resting[track_id] = None

    def free(self, playing: TrackMedia, slot: int, memory_bytes: int) -> None:
        """Keep to `memory_bytes`: songs that rest go first, longest resting first, then what lies before `slot` of
        the playing one, then the opening of the song before; never what is ahead of the music."""
        over = sum(song.held_bytes for song in self._open.values()) - memory_bytes
        for media, slots in self._spare(playing, slot):
            if over <= 0:
                break
            over -= media.drop(slots)
        for track_id in list(self._resting):
            if self._open[track_id].held_bytes == 0 or self._open[track_id].error is not None:
                self._drop(track_id)

    def _drop(self, track_id: TrackId) -> None:
        del self._open[track_id]
        self._resting.pop(track_id, None)

    def _spare(self, playing: TrackMedia, slot: int) -> Iterator[tuple[TrackMedia, range]]:
        resting = [self._open[track_id] for track_id in self._resting]
        for media in resting:
            kept = HEAD_SEGMENTS if media.track.id == self._previous else 0
            yield media, range(kept, media.slot_count)
        for behind in range(slot):
            yield playing, range(behind, behind + 1)
        for media in resting:
            yield media, range(media.slot_count)

    def forget(self, track_id: TrackId) -> None:
        """A song that failed may be opened anew."""
        media = self._open.get(track_id)
        if media is not None and media.error is not None:
            self._drop(track_id)

    def close(self) -> None:
        """Also between two listeners: what was opened for one is not for the other."""
        for task in self._opening.values():
            task.cancel()
        self._opening.clear()
        for media in self._open.values():
            media.close()
        self._open.clear()
        self._resting.clear()
        self._unplanned.clear()
        self._current = self._previous = None
