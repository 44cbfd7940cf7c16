"""Opens the songs that the look-ahead will reach, so that their playlists are there before their turn. Owned by
player/streaming/look_ahead.py; on the `net` loop."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from player.clock import Clock
from player.domain.catalogue import Track
from player.errors import PlayerError
from player.runtime import Runtime
from player.streaming.abr.state import State
from player.streaming.faults import Faults
from player.streaming.songs import Songs

log = logging.getLogger("abr")

OPEN_NEXT_S = 8.0  # buffer from which the next songs are opened: their playlists must not delay this one
NEXT_SONGS = 2  # opened beforehand however long this song is, for their heads


class OpeningAhead:
    """`opened` is called when a song has been opened: there is more to decide about."""

    def __init__(
        self,
        runtime: Runtime,
        clock: Clock,
        songs: Songs,
        faults: Faults,
        opened: Callable[[], None],
    ) -> None:
        self._runtime = runtime
        self._clock = clock
        self._songs = songs
        self._faults = faults
        self._opened = opened

    def open_next(self, plan: Sequence[Track], state: State) -> None:
        """Open the songs that the window or the heads reach into, once what is open can spare the link."""
        is_all_held = state.first_missing == len(state.segments)
        if not is_all_held and state.buffer_s < min(OPEN_NEXT_S, state.look_ahead_s / 2):
            return
        reach_s = sum(segment.duration_s for segment in state.segments) - state.into_s
        for place_in_plan, track in enumerate(plan[1:], 1):
            if place_in_plan > NEXT_SONGS and reach_s > state.look_ahead_s:
                break
            if self._songs.get(track.id) is None:
                now_s = self._clock.monotonic_s()
                if not self._songs.is_opening(track.id) and self._faults.may_open(track.id, now_s):
                    self._runtime.spawn(self._open_quietly(track), f"ahead {track.id}")
                break  # one after another: they share the link with this song
            reach_s += track.duration_s if place_in_plan > NEXT_SONGS else 0.0

    async def _open_quietly(self, track: Track) -> None:
        """A song that cannot be opened ahead says so when its turn comes."""
        try:
            await self._songs.open(track)
        except PlayerError as error:
            log.info("opening %s ahead failed (%s)", track.id, error.code)
            self._faults.ahead_failed(track.id, self._clock.monotonic_s())
        else:
            self._opened()
