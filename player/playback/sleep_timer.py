"""When the music ends by itself: after a time, or with a song. Pure: the times are arguments (monotonic seconds).

`Player` owns one on the `net` loop and looks at it on every tick; `Transport` tells it of songs that end. The time
runs on while the music is paused, as it does for the listener; at its end a music that plays has faded out.
"""

from __future__ import annotations

import math

from player.domain.sound import SleepTimer

FADE_S = 6.0  # long enough not to be heard as an end, short enough to lose nothing of the song


class SleepWatch:
    def __init__(self) -> None:
        self._ends_s: float | None = None
        self._songs: int | None = None
        self._fade_s = FADE_S

    def set(self, timer: SleepTimer | None, now_s: float) -> None:
        """None takes the timer back."""
        self._ends_s = self._songs = None
        if timer is not None and timer.seconds is not None:
            self._ends_s = now_s + timer.seconds
            self._fade_s = min(FADE_S, timer.seconds)
        elif timer is not None:
            self._songs = timer.songs

    def left(self, now_s: float) -> SleepTimer | None:
        """In whole seconds, so that what shows it changes no more often."""
        if self._ends_s is not None:
            return SleepTimer(seconds=float(math.ceil(max(0.0, self._ends_s - now_s))))
        return None if self._songs is None else SleepTimer(songs=self._songs)

    @property
    def ends_with_song(self) -> bool:
        """Whether the current song is the last, so that nothing may follow it without a gap."""
        return self._songs == 1

    def song_ended(self) -> bool:
        """A song was heard to its end; True when the music ends with it."""
        if self._songs is None:
            return False
        self._songs -= 1
        if self._songs > 0:
            return False
        self._songs = None
        return True

    def is_fading(self, now_s: float) -> bool:
        return self._ends_s is not None and now_s >= self._ends_s - self._fade_s

    def level(self, now_s: float) -> float:
        """What the volume is multiplied by: 1, and down to 0 over the last seconds."""
        if self._ends_s is None or not self.is_fading(now_s):
            return 1.0
        return max(0.0, (self._ends_s - now_s) / self._fade_s) if self._fade_s > 0 else 0.0

    def is_over(self, now_s: float) -> bool:
        return self._ends_s is not None and now_s >= self._ends_s
