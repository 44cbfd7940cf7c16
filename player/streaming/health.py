"""How the look-ahead is doing, for the transport and the Stream panel: frozen values, read from any thread, and the
meter that gathers them on the `net` loop."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from player.domain.stream import FetchCounts, SegmentFetch
from player.errors import PlayerError

HealthState = Literal["ok", "buffering", "reconnecting"]
KEPT_FETCHES = 4_000


@dataclass(frozen=True, slots=True)
class Health:
    """'buffering': the link is slow and playback waits for bytes; 'reconnecting': requests fail. `next_retry_at_s`
    is on the player's monotonic clock; `error` the last failure, or why the present song cannot be played."""

    state: HealthState = "ok"
    next_retry_at_s: float | None = None
    error: PlayerError | None = None
    buffer_s: float = 0.0
    throughput_kbps: float | None = None
    fetched: FetchCounts = field(default_factory=FetchCounts)


@dataclass(frozen=True, slots=True)
class LookAheadStats:
    """Since the start. `switches` counts changes of rendition between neighbouring segments as fetched."""

    throughput_kbps: float | None
    latency_s: float
    buffer_s: float
    mean_kbps: float | None
    switches: int
    retries: int
    abandoned: int
    upgrades: int
    received_bytes: int
    fetches: tuple[SegmentFetch, ...]


class FetchMeter:
    """Counts what the downloads did."""

    def __init__(self) -> None:
        self.fetches: deque[SegmentFetch] = deque(maxlen=KEPT_FETCHES)
        self.switches = self.retries = self.abandoned = self.upgrades = 0
        self.received_bytes = 0
        self._segments = self._from_cache = 0
        self._rungs: dict[tuple[str, int], int] = {}
        self._weighted_kbps = self._seconds = 0.0

    def fetched(self, fetch: SegmentFetch, duration_s: float, *, is_upgrade: bool) -> None:
        self.fetches.append(fetch)
        self._segments += 1
        self._from_cache += fetch.source == "cache"
        self._weighted_kbps += fetch.rendition_kbps * duration_s
        self._seconds += duration_s
        before = self._rungs.get((fetch.track_id, fetch.segment - 1))
        if before is not None and before != fetch.rendition_kbps:
            self.switches += 1
        self._rungs = {(fetch.track_id, fetch.segment): fetch.rendition_kbps}
        self.upgrades += is_upgrade

    @property
    def counts(self) -> FetchCounts:
        return FetchCounts(self._segments, self._from_cache, self.retries)

    @property
    def mean_kbps(self) -> float | None:
        return self._weighted_kbps / self._seconds if self._seconds else None

    def stats(self, throughput_kbps: float | None, latency_s: float, buffer_s: float) -> LookAheadStats:
        return LookAheadStats(
            throughput_kbps=throughput_kbps,
            latency_s=latency_s,
            buffer_s=buffer_s,
            mean_kbps=self.mean_kbps,
            switches=self.switches,
            retries=self.retries,
            abandoned=self.abandoned,
            upgrades=self.upgrades,
            received_bytes=self.received_bytes,
            fetches=tuple(self.fetches),
        )
