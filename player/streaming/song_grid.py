"""The time grid of a song, in samples: exact, although a playlist tells durations as decimal seconds. Every segment
but the last holds whole coded frames, so its duration is rounded to them; the song's own length comes from Segue's
tag, from the init's edit list, or from the sum. Pure; called when a song is opened or its playlist is read again.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

from player.errors import ProtocolError
from player.streaming.init_segment import InitSegment
from player.streaming.playlists import MediaPlaylist


@dataclass(frozen=True, slots=True)
class SongGrid:
    """`starts` and `durations` count from the encoder's first sample; `sample_count` is what is heard."""

    sample_rate_hz: int
    frame_samples: int
    priming: int
    sample_count: int
    starts: tuple[int, ...]
    durations: tuple[int, ...]

    def slot_at(self, position_s: float) -> tuple[int, float]:
        """The slot that sounds at `position_s`, and how far into it that is in seconds."""
        sample = max(0, round(position_s * self.sample_rate_hz)) + self.priming
        slot = max(0, bisect_right(self.starts, sample) - 1)
        into = min(sample - self.starts[slot], self.durations[slot])
        return slot, into / self.sample_rate_hz

    def start_s(self, slot: int) -> float:
        """Where a slot begins in what is heard; `len(starts)` is the end."""
        sample = self.starts[slot] if slot < len(self.starts) else self.starts[-1] + self.durations[-1]
        return min(max(0, sample - self.priming), self.sample_count) / self.sample_rate_hz

    def duration_s(self, slot: int) -> float:
        return self.durations[slot] / self.sample_rate_hz


def song_grid(playlist: MediaPlaylist, init: InitSegment, frame_samples: int) -> SongGrid:
    rate = init.sample_rate_hz
    priming = playlist.priming if playlist.priming is not None else init.edit_start or 0
    durations = [round(seconds * rate / frame_samples) * frame_samples for seconds in playlist.durations_s]
    if min(durations[:-1], default=1) <= 0:
        raise ProtocolError("a segment is shorter than one frame")
    count = playlist.sample_count if playlist.sample_count is not None else init.edit_samples
    before_last = sum(durations[:-1])
    if count is None:
        durations[-1] = max(durations[-1], frame_samples)
        count = before_last + durations[-1] - priming
    last = count + priming - before_last
    if last <= 0 or abs(last - playlist.durations_s[-1] * rate) > 2 * frame_samples:
        raise ProtocolError("the playlist's durations and the song's sample count disagree")
    durations[-1] = -(-last // frame_samples) * frame_samples
    starts = tuple(accumulate(durations[:-1], initial=0))
    return SongGrid(rate, frame_samples, priming, count, starts, tuple(durations))
