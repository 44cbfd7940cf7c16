"""The look-ahead as playback sees it, over songs in memory, with faults on demand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from player.domain.catalogue import Track
from player.domain.ids import TrackId
from player.domain.stream import FetchCounts
from player.errors import NotFound, PlayerError
from tests.unit.player.playback.songs import WavStream

FETCHED = FetchCounts(segments=12, from_cache=5, retries=2)


@dataclass(frozen=True, slots=True)
class FakeHealth:
    state: str = "ok"
    error: PlayerError | None = None
    buffer_s: float = 12.0
    throughput_kbps: float | None = 900.0
    next_retry_at_s: float | None = None
    fetched: FetchCounts = FETCHED


class FakeStreams:
    """`make` gives a song's stream; `errors[track]` are raised by the next preparations of that song, in order;
    `held` songs are prepared once `release` is called."""

    def __init__(self, make: Callable[[Track], WavStream]) -> None:
        self._make = make
        self.health = FakeHealth()
        self.errors: dict[str, list[PlayerError]] = {}
        self.gone: set[str] = set()
        self.held: dict[str, asyncio.Event] = {}
        self.prepared: list[str] = []
        self.streams: list[WavStream] = []
        self.plans: list[tuple[str, ...]] = []
        self.positions: list[tuple[str, float, bool]] = []
        self.retries = 0
        self.speed = 1.0

    async def prepare(self, track: Track, *, position_s: float = 0.0) -> WavStream:
        if track.id in self.held:
            await self.held[track.id].wait()
        if self.errors.get(track.id):
            raise self.errors[track.id].pop(0)
        if track.id in self.gone:
            raise NotFound("this song is gone")
        self.prepared.append(track.id)
        stream = self._make(track)
        self.streams.append(stream)
        return stream

    def plan(self, tracks: Sequence[Track]) -> None:
        self.plans.append(tuple(track.id for track in tracks))

    def report_position(self, track_id: TrackId, position_s: float, engine_ahead_s: float, is_playing: bool) -> None:
        self.positions.append((track_id, position_s, is_playing))

    def set_speed(self, speed: float) -> None:
        self.speed = speed

    def retry_now(self) -> None:
        self.retries += 1

    async def aclose(self) -> None:
        for stream in self.streams:
            stream.cancel()
