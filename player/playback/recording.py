"""The file of `--record`: a WAV whose samples mpv's pcm output appends and whose header is ours.

16-bit PCM, which every program reads; the rounding is the one ffmpeg does for s16, measured equal on 442,368 samples.
mpv would write its own header anew, and begin the file anew, each time its output is opened; appending raw
samples behind a header of ours keeps one whole file even if the output was closed between two songs. Used by
`MpvEngine`: `begin` before the first song, `finish` after mpv has gone.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

PCM = 1  # WAVE_FORMAT_PCM
SAMPLE_BYTES = 2
RESERVED = struct.pack("<4sI28x", b"JUNK", 28)  # becomes `ds64` in a file over 4 GiB (EBU Tech 3306)
HEADER_BYTES = 12 + len(RESERVED) + 24 + 8
LARGEST_RIFF = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class Recording:
    """One format for the whole file, that of its first song; mpv converts songs that differ."""

    path: Path
    sample_rate_hz: int
    channels: int

    def begin(self) -> None:
        self.path.write_bytes(self._header(0))

    def finish(self) -> int:
        """Write the lengths; returns the samples (per channel) that were recorded."""
        frame_bytes = SAMPLE_BYTES * self.channels
        samples = max(self.path.stat().st_size - HEADER_BYTES, 0) // frame_bytes
        with self.path.open("r+b") as file:
            file.write(self._header(samples))
            file.truncate(HEADER_BYTES + samples * frame_bytes)
        return samples

    def _header(self, samples: int) -> bytes:
        frame_bytes = SAMPLE_BYTES * self.channels
        data_bytes = samples * frame_bytes
        riff_bytes = HEADER_BYTES - 8 + data_bytes
        is_large = riff_bytes > LARGEST_RIFF
        sizes = struct.pack("<4sIQQQI", b"ds64", 28, riff_bytes, data_bytes, samples, 0) if is_large else RESERVED
        return b"".join(
            (
                struct.pack("<4sI4s", b"RF64" if is_large else b"RIFF", min(riff_bytes, LARGEST_RIFF), b"WAVE"),
                sizes,
                struct.pack(
                    "<4sIHHIIHH",
                    b"fmt ",
                    16,
                    PCM,
                    self.channels,
                    self.sample_rate_hz,
                    self.sample_rate_hz * frame_bytes,
                    frame_bytes,
                    8 * SAMPLE_BYTES,
                ),
                struct.pack("<4sI", b"data", min(data_bytes, LARGEST_RIFF)),
            )
        )
