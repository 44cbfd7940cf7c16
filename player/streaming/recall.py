"""Takes segments from what this computer holds of a song instead of fetching them: the recent-segment cache, and the
offline vault that will stand beside it. Asked by player/streaming/look_ahead.py on the `net` loop for each segment
that the controller would fetch; such a segment says nothing about the link and never reaches the controller.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from player.clock import Clock
from player.domain.stream import SegmentFetch
from player.errors import ProtocolError
from player.streaming.abr.state import Ladder
from player.streaming.fragments import SegmentReader
from player.streaming.track_media import TrackMedia

log = logging.getLogger("recent")


class HeldSource(Protocol):
    """Segments that are on this computer: whole, at once, without a link."""

    @property
    def name(self) -> str:
        """cache or vault"""
        ...

    def rungs(self, media: TrackMedia, slot: int) -> Sequence[int]:
        """In which renditions this segment is held, lowest first; from memory."""
        ...

    async def segment(self, media: TrackMedia, slot: int, rung: int) -> bytes | None:
        """As it was kept. None where it is not there after all, and then `rungs` says so too."""
        ...

    async def reject(self, media: TrackMedia, slot: int, rung: int) -> None:
        """It is not what it should be: never give it again."""
        ...

    def keep(self, media: TrackMedia, slot: int, rung: int, data: bytes) -> None:
        """It was fetched; whether it stays is the source's choice."""
        ...


@dataclass(frozen=True, slots=True)
class Recalled:
    """A segment to take from what is held. `is_settled`: it is good enough to be left at that."""

    media: TrackMedia
    slot: int
    rung: int
    is_settled: bool


class Recall:
    """`on_recalled` hears of every segment taken, with its duration in seconds."""

    def __init__(self, source: HeldSource, clock: Clock, on_recalled: Callable[[SegmentFetch, float], None]) -> None:
        self._source = source
        self._clock = clock
        self._on_recalled = on_recalled

    def instead_of(
        self, media: TrackMedia, slot: int, wanted: int, copy_kbps: Callable[[float], float], *, is_dear: bool
    ) -> Recalled | None:
        """What to take rather than fetch this segment in the rung `wanted`: the best copy there is, where it will do
        (Controller.copy_kbps). `is_dear`: the network costs money or fails, and any copy is better than a request."""
        fixed, held, partial = media.fixed_rung(slot), media.held(slot), media.partial
        if fixed is not None and partial is not None and partial.slot == slot:
            return None  # somebody reads it as it comes: it goes on as it began
        rungs = self._source.rungs(media, slot)
        if fixed is not None:
            rung = fixed if fixed in rungs else None
        else:
            better = [rung for rung in rungs if held is None or rung > held.rung]
            rung = best_copy(better, media.ladder, 0.0 if is_dear else copy_kbps(media.ladder.rates_kbps[wanted]))
        if rung is None:
            return None
        rates_kbps = media.ladder.rates_kbps
        return Recalled(media, slot, rung, is_settled=rates_kbps[rung] >= copy_kbps(rates_kbps[-1]))

    async def perform(self, recalled: Recalled) -> None:
        """Puts the segment where a fetched one would be; one that is missing or wrong will be fetched."""
        media, slot, rung = recalled.media, recalled.slot, recalled.rung
        started_s = self._clock.monotonic_s()
        data = await self._source.segment(media, slot, rung)
        if data is None:
            return
        if not is_right(media, slot, data):
            log.info("a kept segment does not fit its song and is removed")
            await self._source.reject(media, slot, rung)
            return
        if media.store(slot, rung, data, is_settled=recalled.is_settled):
            took_s = self._clock.monotonic_s() - started_s
            kbps, size = media.kbps(rung), len(data)
            fetch = SegmentFetch(media.track.id, slot, kbps, size, started_s, took_s, took_s, self._source.name)
            self._on_recalled(fetch, media.grid.duration_s(slot))

    def keep(self, media: TrackMedia, slot: int) -> None:
        """This segment has just been fetched."""
        if (held := media.held(slot)) is not None:
            self._source.keep(media, slot, held.rung, held.data)


def best_copy(held: Sequence[int], ladder: Ladder, least_kbps: float) -> int | None:
    best = max(held, default=None)
    return best if best is not None and ladder.rates_kbps[best] >= least_kbps else None


def is_right(media: TrackMedia, slot: int, data: bytes) -> bool:
    """Whether these bytes may take the segment's place, as every fetched one is checked."""
    reader = SegmentReader(media.expected(slot))
    try:
        reader.feed(data)
        reader.finish()
    except ProtocolError:
        return False
    return bytes(reader.passed) == data and media.layout.fits(slot, len(data))
