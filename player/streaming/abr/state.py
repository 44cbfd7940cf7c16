"""What a bitrate controller sees and what it may order. Built by player/streaming/outlook.py for every decision and
by the benchmarks' simulators; plain values, so the same controller runs in all of them.

Segments are counted over the whole plan, not over one song: the state begins at the segment that is playing and
runs on into the next songs. Rates are kbit/s, sizes kbit, times seconds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache


@dataclass(frozen=True)
class Ladder:
    """The rungs of one song, slowest first."""

    rates_kbps: tuple[float, ...]

    @property
    def top(self) -> int:
        return len(self.rates_kbps) - 1

    @cached_property
    def span(self) -> float:
        """Natural logarithm of highest over lowest; 1 where they are the same."""
        lowest, highest = self.rates_kbps[0], self.rates_kbps[-1]
        return math.log(highest / lowest) if highest > lowest else 1.0

    @cached_property
    def utility(self) -> tuple[float, ...]:
        """How good a rung sounds: logarithmic, 0 the lowest rung, 1 the highest."""
        lowest, highest = self.rates_kbps[0], self.rates_kbps[-1]
        if highest <= lowest:
            return (1.0,) * len(self.rates_kbps)
        return tuple(math.log(rate / lowest) / self.span for rate in self.rates_kbps)

    def rung_for(self, rate_kbps: float) -> int:
        """The highest rung that `rate_kbps` carries; the lowest when none is."""
        best = 0
        for rung, rate in enumerate(self.rates_kbps):
            if rate <= rate_kbps:
                best = rung
        return best


@lru_cache(maxsize=32)
def ladder_at_speed(ladder: Ladder, speed: float) -> Ladder:
    """Played faster, the same song is a song of shorter segments and higher rates: every rule that weighs a rate
    against the link, or a segment against the buffer, then holds as it stands, in the listener's own seconds."""
    return ladder if speed == 1.0 else Ladder(tuple(rate * speed for rate in ladder.rates_kbps))


@dataclass(frozen=True, slots=True)
class PlannedSegment:
    """`held` is the rung in memory, None while missing; `is_fixed` says that no other rung is to take its place: the
    engine has read it, or it is a copy that cost nothing and is good enough. `song` counts the songs of the plan, 0
    the one that is playing."""

    duration_s: float
    ladder: Ladder
    held: int | None = None
    is_fixed: bool = False
    song: int = 0

    def at_speed(self, speed: float) -> PlannedSegment:
        return replace(self, duration_s=self.duration_s / speed, ladder=ladder_at_speed(self.ladder, speed))


@dataclass(frozen=True)
class State:
    """`segments` starts at the one that is playing and covers at least the look-ahead; `heads` are the first
    segments of the next songs, whether or not that window reaches them."""

    segments: tuple[PlannedSegment, ...]
    into_s: float
    """how much of the first segment has been heard"""
    look_ahead_s: float
    remaining_s: float
    """what is left to fetch of the whole plan, the window included"""
    heads: tuple[PlannedSegment, ...] = ()
    is_opening: bool = False
    """nothing has been heard since a start, a skip or a seek: an empty buffer is no sign of a bad link"""
    is_metered: bool = False
    heard_kbps: float | None = None
    """the rate of the segment heard before `segments`"""

    def at_speed(self, speed: float) -> State:
        """In the listener's seconds, of which one takes `speed` seconds of music; `look_ahead_s` counts those
        already."""
        if speed == 1.0:
            return self
        return replace(
            self,
            segments=tuple(segment.at_speed(speed) for segment in self.segments),
            heads=tuple(head.at_speed(speed) for head in self.heads),
            into_s=self.into_s / speed,
            remaining_s=self.remaining_s / speed,
            heard_kbps=None if self.heard_kbps is None else self.heard_kbps * speed,
        )

    @cached_property
    def first_missing(self) -> int:
        """Index of the first segment not held; `len(segments)` when the window is whole."""
        return next((at for at, segment in enumerate(self.segments) if segment.held is None), len(self.segments))

    @cached_property
    def buffer_s(self) -> float:
        """Audio held without a hole from the position on."""
        held = sum(segment.duration_s for segment in self.segments[: self.first_missing])
        return max(0.0, held - self.into_s)

    @property
    def is_whole(self) -> bool:
        """The whole plan is held: nothing but extras is left to fetch."""
        return self.first_missing == len(self.segments) and self.remaining_s < WHOLE_S

    @property
    def last_kbps(self) -> float | None:
        """The rate at the end of the buffer, or of what was heard last; None at a start, a skip or a seek."""
        if self.first_missing == 0:
            return self.heard_kbps
        last = self.segments[self.first_missing - 1]
        return None if last.held is None else last.ladder.rates_kbps[last.held]


WHOLE_S = 0.5  # the catalogue's durations of songs to come are rounded


@dataclass(frozen=True, slots=True)
class Extra:
    """The terms of a request that the music does not need now."""

    stop_below_s: float
    """it gives way when the buffer falls below; 0: nothing else is left to fetch"""
    deadline_s: float | None = None
    """from the request on; later its segment is being played"""


@dataclass(frozen=True, slots=True)
class Fetch:
    """Get `segments[index]`, or `heads[index]`, at `rung`. An index that is already held means: replace it."""

    index: int
    rung: int
    is_head: bool = False
    is_upgrade: bool = False
    extra: Extra | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to fetch for about this long; the caller asks earlier when something changes."""

    seconds: float


Decision = Fetch | Wait


@dataclass(frozen=True, slots=True)
class Transfer:
    """A request under way or ended. `first_byte_s` counts from the request; None before the first byte."""

    ladder: Ladder
    rung: int
    duration_s: float
    """of the segment's music"""
    size_kbit: float
    got_kbit: float
    elapsed_s: float
    first_byte_s: float | None
    buffer_s: float
    """left to play now"""
    extra: Extra | None = None

    def at_speed(self, speed: float) -> Transfer:
        """As it is while the music runs at `speed`; `buffer_s` counts the listener's seconds already."""
        if speed == 1.0:
            return self
        return replace(self, ladder=ladder_at_speed(self.ladder, speed), duration_s=self.duration_s / speed)

    @property
    def download_s(self) -> float:
        return 0.0 if self.first_byte_s is None else max(0.0, self.elapsed_s - self.first_byte_s)
