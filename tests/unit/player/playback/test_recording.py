from __future__ import annotations

import struct
from pathlib import Path

import av
import numpy as np

from player.playback import recording
from player.playback.recording import HEADER_BYTES, Recording
from tests.unit.player.playback.songs import noise


def test_a_finished_recording_is_a_float_wav(tmp_path: Path) -> None:
    path, pcm = tmp_path / "a.wav", noise(0.5)
    record = Recording(path, 44_100, 2)
    record.begin()
    assert path.stat().st_size == HEADER_BYTES
    with path.open("ab") as file:
        file.write(pcm.tobytes() + b"\1\2\3")  # a torn last sample
    assert record.finish() == len(pcm)
    with av.open(str(path)) as container:
        codec = container.streams.audio[0].codec_context.name
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
    assert codec == "pcm_f32le"
    assert np.array_equal(np.concatenate(frames, axis=1).reshape(-1, 2), pcm)


def test_a_recording_over_four_gibibytes_is_rf64(tmp_path: Path) -> None:
    record = Recording(tmp_path / "a.wav", 48_000, 2)
    samples = 600_000_000
    header = record._header(samples)
    assert len(header) == HEADER_BYTES
    assert header[:4] == b"RF64"
    kind, size, riff, data, count, _ = struct.unpack("<4sIQQQI", header[12:48])
    assert (kind, size, count) == (b"ds64", 28, samples)
    assert data == samples * 8
    assert riff == data + HEADER_BYTES - 8
    assert header.endswith(struct.pack("<4sI", b"data", recording.LARGEST_RIFF))
