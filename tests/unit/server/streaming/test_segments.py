"""Segments that are encoded apart decode as one song: no sample lost, no glitch where they meet."""

from __future__ import annotations

import io
import itertools
import random
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from server.streaming import cmaf
from server.streaming.encoder import encode_segment, samples_needed
from server.streaming.ladder import FRAME_SAMPLES, LADDER, RATES_KBPS, Rendition, Timeline, ladder_for
from server.streaming.source import probe, read
from tests.support.music import FORMATS, tone, write_song

Samples = NDArray[np.float32]


class _Song:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.source = probe(path)
        self.timeline = Timeline(self.source.output_rate, self.source.output_sample_count)
        self.samples = read(path, self.source, 0, self.source.output_sample_count)

    def segment(self, index: int, rendition: Rendition) -> bytes:
        needed = samples_needed(self.timeline, index)
        samples = read(self.path, self.source, needed.start, len(needed))
        frames = encode_segment(samples, self.timeline, index, rendition)
        return cmaf.media_segment(self.timeline, index, frames)

    def whole(self, pick: Callable[[int], Rendition]) -> bytes:
        segments = (self.segment(index, pick(index)) for index in range(self.timeline.segment_count))
        return cmaf.init_segment(self.timeline, self.source.output_channels) + b"".join(segments)


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> _Song:
    path = tmp_path_factory.mktemp("song") / "song.flac"
    return _Song(write_song(path, title="Song", seconds=14.3))


def _decoded(data: bytes) -> tuple[Samples, int]:
    """The samples as FFmpeg gives them, and the length that the container names."""
    with av.open(io.BytesIO(data), "r") as container:
        stream = container.streams.audio[0]
        samples = np.concatenate([frame.to_ndarray() for frame in container.decode(stream)], axis=1).T
        assert container.duration is not None
        return samples, container.duration


@pytest.mark.parametrize("kbps", [24, 96, 320])
def test_decoding_may_begin_at_any_segment(tmp_path: Path, kbps: int) -> None:
    """What a listener hears after a seek is what would have been heard there without it, once two frames overlap:
    cymbals over a chord, which an encoder likes to replace by a decoder's own noise."""
    beat = np.exp(-8.0 * (np.arange(14 * 44_100) / 44_100 % 0.5))[:, None]
    hiss = np.diff(np.random.default_rng(4).standard_normal((len(beat) + 1, 2)), axis=0)
    samples = (0.5 * tone(14.0, seed=2) + 0.05 * beat * hiss).astype(np.float32)
    song = _Song(write_song(tmp_path / "song.flac", title="Cymbals", samples=samples))
    rendition = Rendition(kbps)
    begin = cmaf.init_segment(song.timeline, song.source.output_channels)
    segments = [song.segment(index, rendition) for index in range(song.timeline.segment_count)]
    whole, _ = _decoded(begin + b"".join(segments))
    late, _ = _decoded(begin + b"".join(segments[2:]))
    count = song.timeline.sample_count - song.timeline.frames_of(2).start * FRAME_SAMPLES - 2 * FRAME_SAMPLES
    assert count > 3 * song.timeline.rate
    assert np.array_equal(late[-count:], whole[-count:])


def _error(decoded: Samples, original: Samples) -> NDArray[np.float64]:
    difference = decoded[: len(original)].astype(np.float64) - original
    squared: NDArray[np.float64] = (difference**2).mean(axis=1)
    return squared


def _pick_all(rendition: Rendition) -> Callable[[int], Rendition]:
    return lambda _index: rendition


@pytest.mark.parametrize(
    "pick",
    [_pick_all(LADDER[4]), _pick_all(LADDER[7]), lambda index: LADDER[(index * 3 + 4) % 8]],
    ids=["128", "320", "another each segment"],
)
def test_boundaries_sound_as_the_rest(song: _Song, pick: Callable[[int], Rendition]) -> None:
    decoded, _ = _decoded(song.whole(pick))
    frames = song.timeline.frame_count - 1
    assert len(decoded) == frames * FRAME_SAMPLES  # the edit list took the priming; the player cuts the last frame
    error = _error(decoded, song.samples)
    signal = float((song.samples.astype(np.float64) ** 2).mean())
    assert 10 * np.log10(signal / error.mean()) > 9
    for index in range(1, song.timeline.segment_count):
        at = song.timeline.start_of(index) - FRAME_SAMPLES
        near = error[at - 1024 : at + 1024].mean()
        sides = error[at - 20_000 : at + 20_000].mean()
        assert near < 2.5 * sides, f"segment {index} begins with a glitch"


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_segment_is_the_same_whenever_it_is_made(tmp_path: Path, suffix: str) -> None:
    """Bytes, not sound: URLs are immutable, so every maker must come to the same, whatever it made before."""
    song = _Song(write_song(tmp_path / f"song{suffix}", title="Song", seconds=9))
    order = list(itertools.product(range(song.timeline.segment_count), (LADDER[0], LADDER[5])))
    first = {(index, rung.kbps): song.segment(index, rung) for index, rung in order}
    random.Random(4).shuffle(order)
    assert {(index, rung.kbps): song.segment(index, rung) for index, rung in order} == first


@pytest.mark.parametrize("rendition", LADDER, ids=[str(kbps) for kbps in RATES_KBPS])
def test_no_segment_passes_its_bandwidth(song: _Song, rendition: Rendition) -> None:
    for index in range(song.timeline.segment_count):
        seconds = song.timeline.samples_of(index) / song.timeline.rate
        assert len(song.segment(index, rendition)) * 8 / seconds <= rendition.peak_bps


def test_noise_is_held_to_the_bandwidth(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).uniform(-0.9, 0.9, (5 * 44_100, 2)).astype(np.float32)
    song = _Song(write_song(tmp_path / "noise.wav", title="Noise", samples=noise))
    for rendition in (LADDER[0], LADDER[5]):
        assert len(song.segment(0, rendition)) * 8 / (172 * 1024 / 44_100) <= rendition.peak_bps


def test_rates_are_reached(song: _Song) -> None:
    """The tone is broadband: every rendition has something to spend its bits on."""
    for rendition in LADDER:
        seconds = song.timeline.samples_of(1) / song.timeline.rate
        assert len(song.segment(1, rendition)) * 8 / seconds == pytest.approx(rendition.average_bps, rel=0.12)


@pytest.mark.parametrize(("rate", "channels", "expected"), [(48_000, 1, 48_000), (22_050, 2, 44_100)])
def test_other_rates_and_mono(tmp_path: Path, rate: int, channels: int, expected: int) -> None:
    path = write_song(tmp_path / "other.wav", title="Other", seconds=5, rate=rate, channels=channels)
    song = _Song(path)
    assert song.timeline.rate == expected
    assert song.timeline.sample_count == 5 * expected
    decoded, duration_us = _decoded(song.whole(_pick_all(LADDER[4])))
    assert decoded.shape[1] == channels
    assert duration_us == pytest.approx(5e6, abs=25_000)
    error = _error(decoded, song.samples)
    assert 10 * np.log10((song.samples**2).mean() / error.mean()) > 8


def test_the_timeline_counts_every_sample() -> None:
    for rate, count in itertools.product(
        (44_100, 48_000), (1, 1023, 1024, 1025, 172 * 1024, 188 * 1024 + 1, 10_000_000)
    ):
        timeline = Timeline(rate, count)
        spans = [timeline.samples_of(index) for index in range(timeline.segment_count)]
        assert sum(spans) == count + 1024
        assert all(span > 0 for span in spans)
        assert (timeline.frame_count - 1) * 1024 >= count > (timeline.frame_count - 2) * 1024
    with pytest.raises(IndexError):
        Timeline(44_100, 1000).frames_of(1)


def test_plans_cap_the_ladder() -> None:
    assert [rung.kbps for rung in ladder_for("premium")] == list(RATES_KBPS)
    assert max(rung.kbps for rung in ladder_for("free")) == 128
