"""Against figures that EBU Tech 3341 gives for its test signals."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from server.ingest.loudness import FLOOR_LUFS, LoudnessMeter, album_loudness

_RATE = 48_000


def _sine(dbfs: float, seconds: float, hertz: float = 1000.0, phase: float = 0.0) -> NDArray[np.float32]:
    at = np.arange(round(seconds * _RATE)) / _RATE
    wave = 10 ** (dbfs / 20) * np.sin(2 * np.pi * hertz * at + phase)
    return np.stack([wave, wave], axis=1).astype(np.float32)


def _measured(*parts: NDArray[np.float32], block: int = 5000) -> LoudnessMeter:
    samples = np.concatenate(parts)
    meter = LoudnessMeter(_RATE, samples.shape[1], len(samples))
    for start in range(0, len(samples), block):
        meter.feed(samples[start : start + block])
    meter.finish()
    return meter


def test_the_reference_sine() -> None:
    """Case 1 and 2: 1 kHz stereo at -23 and -33 dBFS."""
    assert _measured(_sine(-23, 20)).lufs == pytest.approx(-23.0, abs=0.1)
    assert _measured(_sine(-33, 20)).lufs == pytest.approx(-33.0, abs=0.1)


def test_quiet_parts_are_gated() -> None:
    """Case 3 in short: what lies 10 LU under the rest does not count."""
    assert _measured(_sine(-36, 5), _sine(-23, 30), _sine(-36, 5)).lufs == pytest.approx(-23.0, abs=0.1)
    assert _measured(_sine(-72, 5), _sine(-23, 30)).lufs == pytest.approx(-23.0, abs=0.1)


def test_silence_and_very_short_songs_have_a_loudness() -> None:
    assert _measured(np.zeros((_RATE, 2), np.float32)).lufs == FLOOR_LUFS
    assert _measured(_sine(-20, 0.25)).lufs == pytest.approx(-20, abs=0.5)


def test_the_peak_between_samples_is_found() -> None:
    """Case 15 in kind: a quarter of the rate, 45 degrees off, peaks 3 dB above its samples."""
    meter = _measured(_sine(-6, 1, hertz=_RATE / 4, phase=np.pi / 4))
    assert meter.peak_dbtp == pytest.approx(-6.0, abs=0.3)


def test_the_waveform_follows_the_song() -> None:
    meter = _measured(np.zeros((_RATE, 2), np.float32), _sine(-6.02, 1))
    points = np.frombuffer(meter.waveform, np.uint8)
    assert len(points) == 1000
    assert points[:499].max() == 0
    assert points[501:].min() > 120


def test_how_it_is_cut_into_blocks_changes_nothing() -> None:
    samples = _sine(-20, 4, hertz=317)
    one, other = _measured(samples, block=1777), _measured(samples, block=1 << 17)
    assert one.lufs == pytest.approx(other.lufs, abs=1e-3)
    assert one.waveform == other.waveform


def test_an_album_is_the_mean_of_energies() -> None:
    assert album_loudness([(-20, 100), (-20, 50)]) == pytest.approx(-20)
    assert album_loudness([(-20, 100), (-70, 900)]) == pytest.approx(-20)
    assert album_loudness([(-17, 60), (-23, 60)]) == pytest.approx(-19.04, abs=0.02)
    assert album_loudness([]) == FLOOR_LUFS
