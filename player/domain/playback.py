"""What the queue and the transport tell the world."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from player.domain.catalogue import Track
from player.domain.ids import EntryId
from player.domain.sound import SYSTEM_OUTPUT, OutputChoice, SleepTimer
from player.errors import PlayerError


class Status(StrEnum):
    IDLE = "idle"
    BUFFERING = "buffering"
    RECONNECTING = "reconnecting"
    """the network failed; playback holds and goes on by itself"""
    PLAYING = "playing"
    PAUSED = "paused"
    ENDED = "ended"
    FAILED = "failed"
    """this song cannot be played at all (gone, not entitled); `error` says why"""


class Repeat(StrEnum):
    OFF = "off"
    ALL = "all"
    ONE = "one"


@dataclass(frozen=True, slots=True)
class QueueSource:
    """Where the queue came from, for 'Next from Night Ferry'. `kind` album, playlist, artist, search, songs..."""

    kind: str
    id: str
    title: str


@dataclass(frozen=True, slots=True)
class QueueEntry:
    id: EntryId
    track: Track
    is_picked: bool = False
    """queued by hand ('play next', 'add to queue') rather than by the source"""


@dataclass(frozen=True, slots=True)
class QueueState:
    """`order` is the order of play (already shuffled); `index` the current place in it, None before the first."""

    order: tuple[QueueEntry, ...]
    index: int | None
    source: QueueSource | None
    is_shuffled: bool
    repeat: Repeat
    version: int
    """grows with every change of the queue"""

    @property
    def current(self) -> QueueEntry | None:
        return None if self.index is None else self.order[self.index]


@dataclass(frozen=True, slots=True)
class PlaybackState:
    """One snapshot of the transport; published on every change and four times a second while playing."""

    status: Status = Status.IDLE
    entry: QueueEntry | None = None
    position_s: float = 0.0
    duration_s: float = 0.0
    buffered_until_s: float = 0.0
    """position up to which this song is fetched without a hole"""
    volume: float = 1.0
    """0..1 as the slider shows it"""
    is_muted: bool = False
    rendition_kbps: int | None = None
    error: PlayerError | None = None
    retry_in_s: float | None = None
    """while RECONNECTING: until the next try by itself; None while one is under way"""
    speed: float = 1.0
    crossfade_s: float = 0.0
    """how long songs fade into each other; 0 where they follow as they are"""
    sleep: SleepTimer | None = None
    """what is left until the music ends by itself"""
    output: OutputChoice = SYSTEM_OUTPUT

    @property
    def is_advancing(self) -> bool:
        return self.status is Status.PLAYING
