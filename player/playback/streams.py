"""What playback needs of adaptive streaming, and no more: `player.streaming` fits these shapes.

`Streams` is called on the `net` loop; `SongStream.read` and `cancel` on mpv's threads, the rest from any thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from player.domain.catalogue import Track
from player.domain.ids import TrackId
from player.domain.stream import FetchCounts
from player.errors import PlayerError


class SongStream(Protocol):
    """One song as one seekable file. Every `prepare` gives a new one, so that cancelling one open of a song does
    not end another."""

    @property
    def track_id(self) -> TrackId: ...
    @property
    def sample_rate_hz(self) -> int: ...
    @property
    def sample_count(self) -> int: ...
    @property
    def channels(self) -> int: ...
    @property
    def size_bytes(self) -> int: ...
    @property
    def error(self) -> PlayerError | None:
        """Why this song cannot be played further; None otherwise."""
        ...

    def read(self, offset: int, count: int) -> bytes:
        """Blocks until at least one byte is there; b"" only at the end or after `cancel`."""
        ...

    def cancel(self) -> None: ...
    def buffered_until_s(self, position_s: float) -> float: ...
    def rendition_at(self, position_s: float) -> int | None: ...


class StreamHealth(Protocol):
    @property
    def state(self) -> str:
        """ok, buffering or reconnecting"""
        ...

    @property
    def error(self) -> PlayerError | None: ...
    @property
    def buffer_s(self) -> float: ...
    @property
    def throughput_kbps(self) -> float | None: ...
    @property
    def next_retry_at_s(self) -> float | None:
        """on the player's monotonic clock; None while nothing has failed"""
        ...

    @property
    def fetched(self) -> FetchCounts: ...


class Streams(Protocol):
    async def prepare(self, track: Track, *, position_s: float = 0.0) -> SongStream:
        """`position_s` is where it will be read first. PlayerError for what cannot play; a retryable one where
        trying again may help."""
        ...

    def plan(self, tracks: Sequence[Track]) -> None: ...
    def report_position(
        self, track_id: TrackId, position_s: float, engine_ahead_s: float, is_playing: bool
    ) -> None: ...
    @property
    def health(self) -> StreamHealth: ...
    def set_speed(self, speed: float) -> None:
        """How much music a second of the listener's takes: what is held lasts that much shorter."""
        ...

    def retry_now(self) -> None: ...
    async def aclose(self) -> None: ...


def duration_s(stream: SongStream) -> float:
    return stream.sample_count / stream.sample_rate_hz
