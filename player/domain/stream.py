"""What adaptive streaming talks about: renditions, segments and the figures the Stream panel shows."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Rendition:
    """One rung of the ladder. `peak_bps` is the master playlist's BANDWIDTH (a bound on every segment),
    `average_bps` its AVERAGE-BANDWIDTH."""

    index: int
    peak_bps: int
    average_bps: int
    codecs: str

    @property
    def kbps(self) -> int:
        return round(self.average_bps / 1000)


@dataclass(frozen=True, slots=True)
class SegmentFetch:
    """One finished fetch, for the report and the graph. Times are monotonic seconds of the player's clock."""

    track_id: str
    segment: int
    rendition_kbps: int
    size_bytes: int
    started_s: float
    took_s: float
    first_byte_s: float
    source: str
    """network, cache or vault"""


@dataclass(frozen=True, slots=True)
class StreamSample:
    """One point of the live graph."""

    at_s: float
    buffer_s: float
    rendition_kbps: int
    throughput_kbps: float


@dataclass(frozen=True, slots=True)
class FetchCounts:
    """Since the player started: segments that came, those of them from this computer's own memory of recent songs,
    and requests that were made again."""

    segments: int = 0
    from_cache: int = 0
    retries: int = 0


@dataclass(frozen=True, slots=True)
class StreamStats:
    """The Stream panel's figures: since the player started, `first_sound_ms` of the last start."""

    rendition_kbps: int | None
    buffer_s: float
    throughput_kbps: float | None
    switches: int
    stalls: int
    stall_s: float
    first_sound_ms: float | None
    mean_kbps: float | None
    sample_rate_hz: int | None
    channels: int | None
    samples: tuple[StreamSample, ...]
    """the last four minutes, oldest first, one a second"""
    fetched: FetchCounts = field(default_factory=FetchCounts)
