"""The figures of the Stream panel and of `--report`: first sound, stalls, switches and the graph. Pure: the caller
says what happened and when (monotonic seconds). `Player` owns one on the `net` loop.

A stall is silence that the listener did not ask for: sound had begun, nothing was commanded since, playing is
wanted, and no samples go out for longer than the output's own buffer hides.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from player.domain.stream import StreamSample, StreamStats
from player.playback.streams import SongStream, StreamHealth

STALL_MIN_S = 0.1
GRAPH_S = 240


@dataclass(frozen=True, slots=True)
class Stall:
    """`position_s` in the song where the sound stopped."""

    at_s: float
    position_s: float
    length_s: float


@dataclass(slots=True)
class Figures:
    first_sound_ms: float | None = None
    switches: int = 0
    stalls: list[Stall] = field(default_factory=list)
    samples: tuple[StreamSample, ...] = ()
    """replaced whole, so that any thread may read it"""
    _commanded_s: float | None = None
    _has_sounded: bool = False
    _silent: tuple[float, float] | None = None
    _heard_kbps_s: float = 0.0
    _heard_s: float = 0.0
    _last_kbps: int | None = None
    _last_heard_s: float | None = None

    def commanded_start(self, now_s: float) -> None:
        """The listener asked for a song: the time to its first sound runs from here."""
        self._commanded_s = now_s
        self.interrupted()

    def interrupted(self) -> None:
        """The listener sought, paused or ended: silence from here on is meant."""
        self._has_sounded = False
        self._silent = None
        self._last_heard_s = None

    def abandoned(self) -> None:
        """The listener no longer waits for a first sound."""
        self._commanded_s = None
        self.interrupted()

    def observe(self, now_s: float, position_s: float, *, is_wanted: bool, is_sounding: bool) -> None:
        """On every change of the sound and on every tick."""
        if is_sounding:
            if self._commanded_s is not None:
                self.first_sound_ms = 1000.0 * (now_s - self._commanded_s)
                self._commanded_s = None
            self._has_sounded = True
            self._end_silence(now_s)
        elif is_wanted and self._has_sounded and self._silent is None:
            self._silent = (now_s, position_s)
        elif not is_wanted:
            self._end_silence(now_s)

    def _end_silence(self, now_s: float) -> None:
        if self._silent is not None and now_s - self._silent[0] >= STALL_MIN_S:
            self.stalls.append(Stall(self._silent[0], self._silent[1], now_s - self._silent[0]))
        self._silent = None

    def heard(self, now_s: float, kbps: int | None) -> None:
        """On every tick while sound goes out: the rendition at the position."""
        if kbps is None:
            self._last_heard_s = None
            return
        if self._last_heard_s is not None:
            self._heard_s += now_s - self._last_heard_s
            self._heard_kbps_s += kbps * (now_s - self._last_heard_s)
        if self._last_kbps is not None and kbps != self._last_kbps:
            self.switches += 1
        self._last_heard_s, self._last_kbps = now_s, kbps

    def sample(self, sample: StreamSample) -> None:
        self.samples = (*self.samples[-(GRAPH_S - 1) :], sample)

    def silence_s(self, now_s: float) -> float:
        """How long the sound has been missing by now; 0 where it is not."""
        return 0.0 if self._silent is None else now_s - self._silent[0]

    def stall_count(self, now_s: float) -> int:
        return len(self.stalls) + (self.silence_s(now_s) >= STALL_MIN_S)

    def stall_s(self, now_s: float) -> float:
        running_s = self.silence_s(now_s)
        return sum(stall.length_s for stall in self.stalls) + (running_s if running_s >= STALL_MIN_S else 0.0)

    @property
    def mean_kbps(self) -> float | None:
        return self._heard_kbps_s / self._heard_s if self._heard_s > 0 else None

    def stats(self, stream: SongStream | None, health: StreamHealth, position_s: float, now_s: float) -> StreamStats:
        """The Stream panel's figures, with what the playing song and the look-ahead know. Any thread."""
        return StreamStats(
            rendition_kbps=None if stream is None else stream.rendition_at(position_s),
            buffer_s=health.buffer_s,
            throughput_kbps=health.throughput_kbps,
            switches=self.switches,
            stalls=self.stall_count(now_s),
            stall_s=self.stall_s(now_s),
            first_sound_ms=self.first_sound_ms,
            mean_kbps=self.mean_kbps,
            sample_rate_hz=None if stream is None else stream.sample_rate_hz,
            channels=None if stream is None else stream.channels,
            samples=self.samples,
            fetched=health.fetched,
        )
