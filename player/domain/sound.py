"""Where the sound goes, how fast it runs, and what ends it by itself: the listener's choices beside the volume."""

from __future__ import annotations

from dataclasses import dataclass

SLOWEST, FASTEST = 0.5, 2.0
LONGEST_CROSSFADE_S = 12.0
SYSTEM_DEVICE = "auto"
"""the id of whatever device the system plays through"""


@dataclass(frozen=True, slots=True)
class SleepTimer:
    """What ends the listening: a time from now, or the end of so many songs, the current one counted. Exactly one of
    the two. In `PlaybackState` it holds what is left."""

    seconds: float | None = None
    songs: int | None = None

    def __post_init__(self) -> None:
        if (self.seconds is None) is (self.songs is None):
            raise ValueError("a sleep timer takes seconds or songs, one of the two")
        if (self.seconds is not None and self.seconds < 0) or (self.songs is not None and self.songs < 1):
            raise ValueError("a sleep timer takes no negative time, and at least one song")


@dataclass(frozen=True, slots=True)
class OutputDevice:
    """`id` is mpv's name of it, the same after a restart; `name` is for people."""

    id: str
    name: str
    can_be_exclusive: bool = False
    """whether it can be had alone, without the system's mixer"""


@dataclass(frozen=True, slots=True)
class OutputChoice:
    """Where the sound should go. While the chosen device is not there the system's own plays."""

    device_id: str = SYSTEM_DEVICE
    is_exclusive: bool = False
    is_present: bool = True


SYSTEM_OUTPUT = OutputChoice()
