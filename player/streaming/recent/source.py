"""The recent-segment cache as a source of segments, for player/streaming/recall.py; on the `net` loop."""

from __future__ import annotations

from player.streaming.recent.content import segment_identity
from player.streaming.recent.segments import RecentSegments
from player.streaming.track_media import TrackMedia


class RecentSource:
    """Implements HeldSource."""

    name = "cache"

    def __init__(self, recent: RecentSegments) -> None:
        self._recent = recent

    def rungs(self, media: TrackMedia, slot: int) -> list[int]:
        track_id = media.track.id
        every = range(len(media.master.renditions))
        return [rung for rung in every if self._recent.holds(track_id, segment_identity(media, slot, rung))]

    async def segment(self, media: TrackMedia, slot: int, rung: int) -> bytes | None:
        return await self._recent.read(media.track.id, segment_identity(media, slot, rung))

    async def reject(self, media: TrackMedia, slot: int, rung: int) -> None:
        await self._recent.forget(media.track.id, segment_identity(media, slot, rung))

    def keep(self, media: TrackMedia, slot: int, rung: int, data: bytes) -> None:
        self._recent.keep(media.track.id, segment_identity(media, slot, rung), data)
