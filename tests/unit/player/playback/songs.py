"""Songs for playback's tests: exact WAV files in memory, and streams over them that can be held up or cut."""

from __future__ import annotations

import struct
import threading
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from player.domain.catalogue import AlbumRef, Track
from player.domain.ids import AlbumId, TrackId
from player.errors import PlayerError
from player.playback.recording import HEADER_BYTES

RATE = 44_100
FULL_SCALE = 32_768
Pcm = NDArray[np.float32]


@cache
def noise(seconds: float, *, seed: int = 1, rate: int = RATE, channels: int = 2) -> Pcm:
    """Broadband and quiet: one sample lost or doubled anywhere shows as a large difference. On the grid of 16 bits,
    so that a recording holds it exactly.
    Made once: a minute of it takes a tenth of a second, which the loop of a player under test must not spend."""
    samples = round(seconds * rate)
    rng = np.random.default_rng(seed)
    grid = np.rint(rng.standard_normal((samples, channels)) * 0.05 * FULL_SCALE)
    return (grid / FULL_SCALE).astype(np.float32)


def wav(pcm: Pcm, rate: int = RATE) -> bytes:
    data = pcm.astype("<f4").tobytes()
    channels = pcm.shape[1]
    head = struct.pack("<HHIIHH", 3, channels, rate, rate * channels * 4, channels * 4, 32)
    sizes = struct.pack("<I", 36 + len(data)), struct.pack("<I", len(data))
    return b"".join((b"RIFF", sizes[0], b"WAVEfmt ", struct.pack("<I", 16), head, b"data", sizes[1], data))


class WavStream:
    """A SongStream over bytes in memory. `hold_at` blocks reads past that byte until `release`; `cut_at` answers
    b"" from there on, as a source that fails does."""

    def __init__(
        self,
        pcm: Pcm,
        *,
        track_id: str = "t",
        rate: int = RATE,
        hold_at: int | None = None,
        cut_at: int | None = None,
        body: bytes | None = None,
    ) -> None:
        self.track_id = TrackId(track_id)
        self.sample_rate_hz = rate
        self.sample_count = len(pcm)
        self.channels = pcm.shape[1]
        self._body = wav(pcm, rate) if body is None else body
        self.size_bytes = len(self._body)
        self.hold_at = hold_at
        self.cut_at = cut_at
        self.is_cancelled = False
        self.error: PlayerError | None = None
        self.is_blocked = threading.Event()
        self.bytes_read = 0
        self._changed = threading.Condition()

    def read(self, offset: int, count: int) -> bytes:
        with self._changed:
            while not self.is_cancelled and self.hold_at is not None and offset >= self.hold_at:
                self.is_blocked.set()
                self._changed.wait(10.0)
            if self.is_cancelled or (self.cut_at is not None and offset >= self.cut_at):
                return b""
            end = min(offset + count, *(at for at in (self.hold_at, self.cut_at, self.size_bytes) if at is not None))
        data = self._body[offset:end]
        self.bytes_read += len(data)
        return data

    def release(self, *, hold_at: int | None = None) -> None:
        """Up to `hold_at`, if that is given."""
        with self._changed:
            self.hold_at = hold_at
            self._changed.notify_all()

    def cancel(self) -> None:
        with self._changed:
            self.is_cancelled = True
            self._changed.notify_all()

    def buffered_until_s(self, position_s: float) -> float:
        return self.sample_count / self.sample_rate_hz

    def rendition_at(self, position_s: float) -> int | None:
        return 320


def track(track_id: str, *, seconds: float = 1.0, album: str | None = None) -> Track:
    return Track(
        id=TrackId(track_id),
        title=f"Song {track_id}",
        artists=(),
        album=None if album is None else AlbumRef(AlbumId(album), album),
        duration_s=seconds,
    )


def from_recording(path: Path, channels: int = 2) -> Pcm:
    """The samples of a recording, full scale 1."""
    samples = np.frombuffer(path.read_bytes()[HEADER_BYTES:], "<i2").reshape(-1, channels)
    return (samples / FULL_SCALE).astype(np.float32)
