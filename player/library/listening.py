"""Counts how long a song was heard, from the snapshots of the transport. Pure: times are arguments. Used by
`memory`.

Time heard, not position: a seek adds nothing, a pause adds nothing, a stall adds nothing.
"""

from __future__ import annotations

from player.domain.playback import PlaybackState, QueueEntry, Status
from player.library.history import Listen

LONGEST_STEP_S = 2.0  # snapshots come four times a second; a longer gap is a computer that slept
SHORTEST_LISTEN_S = 1.0
NEAR_END_S = 5.0
OVER = (Status.IDLE, Status.ENDED, Status.FAILED)


class ListenCounter:
    def __init__(self) -> None:
        self._entry: QueueEntry | None = None
        self._started_at_s = 0.0
        self._heard_s = 0.0
        self._last: tuple[PlaybackState, float] | None = None

    def observe(self, state: PlaybackState, monotonic_s: float, wall_s: float) -> Listen | None:
        """The listen that this snapshot ends, if it ends one."""
        self._add_time(monotonic_s)
        done = self.finish() if self._is_over(state) else None
        if self._entry is None and state.entry is not None and state.status is Status.PLAYING:
            self._entry, self._started_at_s = state.entry, wall_s
        self._last = (state, monotonic_s)
        return done

    @property
    def under_way(self) -> Listen | None:
        """What has been heard so far of the song that plays."""
        if self._entry is None or self._heard_s < SHORTEST_LISTEN_S:
            return None
        return Listen(self._entry.track, self._started_at_s, self._heard_s)

    def finish(self) -> Listen | None:
        """End what is being heard: the player quits."""
        listen = self.under_way
        self._entry, self._heard_s = None, 0.0
        return listen

    def _add_time(self, monotonic_s: float) -> None:
        if self._entry is not None and self._last is not None and self._last[0].status is Status.PLAYING:
            self._heard_s += max(0.0, min(monotonic_s - self._last[1], LONGEST_STEP_S))

    def _is_over(self, state: PlaybackState) -> bool:
        if self._entry is None:
            return False
        if state.entry is None or state.entry.id != self._entry.id or state.status in OVER:
            return True
        return self._last is not None and _has_begun_again(self._last[0], state)


def _has_begun_again(before: PlaybackState, now: PlaybackState) -> bool:
    """Repeat one: the end was reached and the same entry stands at its start."""
    was_at_end = before.duration_s > 0 and before.duration_s - before.position_s < NEAR_END_S
    return was_at_end and now.position_s < min(NEAR_END_S, before.position_s)
