"""Samples from anywhere in a file are those of a decode from its start."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from server.streaming.source import probe, read
from server.streaming.source_format import SourceUnreadable
from tests.support.music import FORMATS, decode, write_song

_SECONDS = 9.0


@pytest.mark.parametrize("suffix", FORMATS)
def test_any_stretch_equals_the_linear_decode(tmp_path: Path, suffix: str) -> None:
    path = write_song(tmp_path / f"song{suffix}", title="Song", seconds=_SECONDS)
    source = probe(path)
    # FFmpeg's Vorbis encoder writes its last page's position up to a block late
    assert source.duration_s == pytest.approx(_SECONDS, abs=0.002)
    linear = decode(path)[: source.sample_count]
    count = source.sample_count
    for first, length in ((0, 3000), (1000, 1024), (100_000, 60_000), (200_001, 777), (count - 5000, 9000)):
        expected = np.zeros((length, 2), np.float32)
        inside = linear[first : first + length]
        expected[: len(inside)] = inside
        got = read(path, source, first, length)
        if suffix == ".m4a":  # AAC's noise substitution is random: close, and in its place
            error = ((got - expected) ** 2).mean()
            assert error < 0.02 * (expected**2).mean()
        else:
            assert np.abs(got - expected).max() <= 1e-6


def test_before_the_start_and_after_the_end_is_silence(tmp_path: Path) -> None:
    path = write_song(tmp_path / "song.flac", title="Song", seconds=1)
    source = probe(path)
    assert not read(path, source, -500, 500).any()
    assert not read(path, source, 44_100, 500).any()
    assert read(path, source, 44_000, 200)[:100].any()


@pytest.mark.parametrize("rate", [96_000, 32_000, 88_200])
def test_resampled_stretches_meet(tmp_path: Path, rate: int) -> None:
    path = write_song(tmp_path / "song.wav", title="Song", seconds=4, rate=rate)
    source = probe(path)
    whole = read(path, source, 0, source.output_sample_count)
    for first, length in ((30_001, 5000), (88_000, 40_000)):
        assert np.abs(read(path, source, first, length) - whole[first : first + length]).max() < 1e-5


def test_what_is_no_music_says_so(tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp3"
    broken.write_bytes(b"no music here" * 100)
    with pytest.raises(SourceUnreadable, match=r"broken\.mp3"):
        probe(broken)
