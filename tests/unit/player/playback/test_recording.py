from __future__ import annotations

import struct
import wave
from pathlib import Path

import numpy as np

from player.playback import recording
from player.playback.recording import HEADER_BYTES, Recording
from tests.unit.player.playback.songs import FULL_SCALE, from_recording, noise


def test_a_finished_recording_is_a_wav_that_python_reads(tmp_path: Path) -> None:
    path, pcm = tmp_path / "a.wav", noise(0.5)
    record = Recording(path, 44_100, 2)
    record.begin()
    assert path.stat().st_size == HEADER_BYTES
    with path.open("ab") as file:
        file.write(np.rint(pcm * FULL_SCALE).astype("<i2").tobytes() + b"\1\2\3")  # a torn last sample
    assert record.finish() == len(pcm)
    with wave.open(str(path)) as finished:
        assert (finished.getframerate(), finished.getnchannels(), finished.getsampwidth()) == (44_100, 2, 2)
        assert finished.getnframes() == len(pcm)
    assert np.array_equal(from_recording(path), pcm)


def test_a_recording_over_four_gibibytes_is_rf64(tmp_path: Path) -> None:
    record = Recording(tmp_path / "a.wav", 48_000, 2)
    samples = 1_200_000_000
    header = record._header(samples)
    assert len(header) == HEADER_BYTES
    assert header[:4] == b"RF64"
    kind, size, riff, data, count, _ = struct.unpack("<4sIQQQI", header[12:48])
    assert (kind, size, count) == (b"ds64", 28, samples)
    assert data == samples * 4
    assert riff == data + HEADER_BYTES - 8
    assert header.endswith(struct.pack("<4sI", b"data", recording.LARGEST_RIFF))
