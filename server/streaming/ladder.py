"""What a song is cut into: the renditions, and which AAC frames each segment holds. Pure arithmetic, shared by the
encoder, the playlists and the container writer.

Frame 0 is priming: an AAC frame is the overlap of two windows, so 1 + ceil(n / 1024) frames carry n samples.
"""

from __future__ import annotations

from dataclasses import dataclass

FRAME_SAMPLES = 1024
PRIMING_SAMPLES = 1024
RATES_KBPS = (24, 48, 64, 96, 128, 192, 256, 320)
CODECS = "mp4a.40.2"
ENCODING = 2
"""counts up whenever the encoder makes other bytes of the same samples"""
PLAN_CAPS_KBPS = {"free": 128}
"""what a plan may stream at most; a plan not named here may have all"""

_PEAK_RATIO = 1.15


@dataclass(frozen=True, slots=True)
class Rendition:
    """One rung of the ladder. `kbps` counts everything on the wire: frames and container."""

    kbps: int

    @property
    def average_bps(self) -> int:
        return self.kbps * 1000

    @property
    def peak_bps(self) -> int:
        """BANDWIDTH: no segment is larger (the packager encodes again what would be)."""
        return round(self.kbps * 1000 * _PEAK_RATIO)


LADDER = tuple(Rendition(kbps) for kbps in RATES_KBPS)


def ladder_for(plan: str) -> tuple[Rendition, ...]:
    cap = PLAN_CAPS_KBPS.get(plan, RATES_KBPS[-1])
    return tuple(rendition for rendition in LADDER if rendition.kbps <= cap)


def output_rate(source_rate: int) -> int:
    """The 44.1 kHz family stays in it (an integer ratio), everything else becomes 48 kHz."""
    return 44_100 if source_rate % 11_025 == 0 else 48_000


@dataclass(frozen=True, slots=True)
class Timeline:
    """How `sample_count` samples at `rate` (44,100 or 48,000) lie in frames and segments."""

    rate: int
    sample_count: int

    @property
    def frames_per_segment(self) -> int:
        """4 s, rounded to whole frames."""
        return 172 if self.rate == 44_100 else 188

    @property
    def frame_count(self) -> int:
        return 1 + -(-self.sample_count // FRAME_SAMPLES)

    @property
    def media_samples(self) -> int:
        """The length of the media timeline: priming, then exactly the song; the last frame is cut to fit."""
        return PRIMING_SAMPLES + self.sample_count

    @property
    def segment_count(self) -> int:
        return -(-self.frame_count // self.frames_per_segment)

    def frames_of(self, segment: int) -> range:
        if not 0 <= segment < self.segment_count:
            raise IndexError(f"segment {segment} of {self.segment_count}")
        first = segment * self.frames_per_segment
        return range(first, min(first + self.frames_per_segment, self.frame_count))

    def start_of(self, segment: int) -> int:
        """Decode time of the segment's first frame, in samples of the media timeline."""
        return self.frames_of(segment).start * FRAME_SAMPLES

    def samples_of(self, segment: int) -> int:
        """The segment's length in samples of the media timeline."""
        return min(self.frames_of(segment).stop * FRAME_SAMPLES, self.media_samples) - self.start_of(segment)
