"""Integrated loudness and true peak after ITU-R BS.1770-4 / EBU R128, and the waveform, in one walk over a song.
Pure arithmetic in numpy; fed by `analysis.py`.

FFmpeg's ebur128 filter gives its figures through its log or through frame metadata, which PyAV does not show. The
K-weighting is applied as a finite filter by overlap-save; what is cut off its tail is below -100 dB.
"""

from __future__ import annotations

import functools
import math

import numpy as np
from numpy.typing import NDArray

FLOOR_LUFS = -70.0
"""the absolute gate: what is quieter counts as silence"""
WAVEFORM_POINTS = 1000

Floats = NDArray[np.float64]
Samples = NDArray[np.float32]

_TAPS = 1 << 14
_TRANSFORM = 1 << 17
_BLOCK = _TRANSFORM - _TAPS + 1
_HOPS_PER_WINDOW = 4
_RELATIVE_GATE_LU = -10.0
_SURROUND_WEIGHT = 1.41
_OVERSAMPLING = 4
_PEAK_CHUNK = 1024
_PEAK_MARGIN = 24
_WORTH_OVERSAMPLING = 0.7
"""of the highest sample so far: how far below it a hidden peak may hide (3 dB)"""


class LoudnessMeter:
    """Takes blocks (samples, channels) in order; `lufs`, `peak_dbtp` and `waveform` after the last."""

    def __init__(self, rate: int, channels: int, sample_count: int) -> None:
        self._channels = channels
        self._hop = rate // 10
        self._spectrum = _k_weighting(rate)
        self._weights = np.array([_SURROUND_WEIGHT if 3 <= c <= 4 else 1.0 for c in range(channels)])
        if channels == 6:
            self._weights = np.array([1.0, 1.0, 1.0, 0.0, _SURROUND_WEIGHT, _SURROUND_WEIGHT])
        self._history = np.zeros((_TAPS - 1, channels), np.float32)
        self._pending: list[Samples] = []
        self._pending_count = 0
        self._hop_rest = np.zeros(0)
        self._hops: list[Floats] = []
        self._peak = 0.0
        self._sample_peak = 0.0
        self._wave = np.zeros(WAVEFORM_POINTS, np.float32)
        self._points_per_sample = WAVEFORM_POINTS / max(1, sample_count)
        self._seen = 0

    def feed(self, block: Samples) -> None:
        self._pending.append(block)
        self._pending_count += len(block)
        if self._pending_count < _BLOCK:
            return
        joined = np.concatenate(self._pending)
        # whole blocks only: a transform costs the same however little it holds
        whole = len(joined) // _BLOCK * _BLOCK
        self._process(joined[:whole])
        self._pending, self._pending_count = [joined[whole:]], len(joined) - whole

    def finish(self) -> None:
        if self._pending:
            self._process(np.concatenate(self._pending))
            self._pending = []

    def _process(self, block: Samples) -> None:
        for start in range(0, len(block), _BLOCK):
            part = block[start : start + _BLOCK]
            joined = np.concatenate((self._history, part))
            self._measure_energy(joined, len(part))
            self._measure_peak(joined[-len(part) - 2 * _PEAK_MARGIN :])
            self._draw(part)
            self._history = joined[-(_TAPS - 1) :]

    def _measure_energy(self, joined: Samples, count: int) -> None:
        channels = np.ascontiguousarray(joined.T)
        filtered = np.fft.irfft(np.fft.rfft(channels, _TRANSFORM) * self._spectrum, _TRANSFORM)
        power = self._weights @ filtered[:, _TAPS - 1 : _TAPS - 1 + count].astype(np.float64) ** 2
        power = np.concatenate((self._hop_rest, power))
        whole = len(power) // self._hop * self._hop
        self._hops.append(power[:whole].reshape(-1, self._hop).mean(axis=1))
        self._hop_rest = power[whole:]

    def _measure_peak(self, joined: Samples) -> None:
        """4x oversampling only where a sample comes near the highest: elsewhere no true peak can be the song's."""
        magnitude = np.abs(joined).max(axis=1)
        self._sample_peak = max(self._sample_peak, float(magnitude.max(initial=0.0)))
        self._peak = max(self._peak, self._sample_peak)
        for start in range(0, len(joined), _PEAK_CHUNK):
            near = magnitude[start : start + _PEAK_CHUNK].max(initial=0.0)
            if near > 0 and near >= _WORTH_OVERSAMPLING * self._peak:
                chunk = joined[max(0, start - _PEAK_MARGIN) : start + _PEAK_CHUNK + _PEAK_MARGIN]
                self._peak = max(self._peak, _true_peak(chunk))

    def _draw(self, part: Samples) -> None:
        at = ((self._seen + np.arange(len(part))) * self._points_per_sample).astype(np.int64)
        np.maximum.at(self._wave, np.minimum(at, WAVEFORM_POINTS - 1), np.abs(part).max(axis=1))
        self._seen += len(part)

    @property
    def lufs(self) -> float:
        hops = np.concatenate(self._hops) if self._hops else np.zeros(0)
        if len(hops) < _HOPS_PER_WINDOW:
            # shorter than one window: all there is counts as one
            heard = len(hops) * self._hop + len(self._hop_rest)
            total = hops.sum() * self._hop + self._hop_rest.sum()
            powers = np.array([total / heard]) if heard else np.zeros(0)
        else:
            powers = np.convolve(hops, np.full(_HOPS_PER_WINDOW, 1 / _HOPS_PER_WINDOW), "valid")
        audible = powers[powers > _power(FLOOR_LUFS)]
        if not len(audible):
            return FLOOR_LUFS
        gate = audible.mean() * 10 ** (_RELATIVE_GATE_LU / 10)
        return _loudness(float(audible[audible > gate].mean()))

    @property
    def peak_dbtp(self) -> float:
        return 20 * math.log10(max(self._peak, 1e-6))

    @property
    def waveform(self) -> bytes:
        """1,000 peaks, full scale 255."""
        return np.minimum(np.round(self._wave * 255), 255).astype(np.uint8).tobytes()


def album_loudness(songs: list[tuple[float, float]]) -> float:
    """Of (lufs, duration) pairs: the mean of their energies over time."""
    audible = [(lufs, duration) for lufs, duration in songs if lufs > FLOOR_LUFS and duration > 0]
    if not audible:
        return FLOOR_LUFS
    energy = sum(_power(lufs) * duration for lufs, duration in audible)
    return _loudness(energy / sum(duration for _, duration in audible))


def _power(lufs: float) -> float:
    return float(10 ** ((lufs + 0.691) / 10))


def _loudness(power: float) -> float:
    return -0.691 + 10 * math.log10(power)


def _true_peak(chunk: Samples) -> float:
    count = len(chunk)
    spectrum = np.fft.rfft(chunk * np.hanning(count)[:, None] if count < 8 else chunk, axis=0)
    dense = np.fft.irfft(spectrum, count * _OVERSAMPLING, axis=0) * _OVERSAMPLING
    edge = min(_PEAK_MARGIN // 2, count // 4) * _OVERSAMPLING
    return float(np.abs(dense[edge : len(dense) - edge]).max(initial=0.0))


@functools.lru_cache(maxsize=8)
def _k_weighting(rate: int) -> NDArray[np.complex64]:
    """The spectrum of both filters of BS.1770 (shelf and high-pass) in a row, cut to `_TAPS` taps. The analogue
    parameters, so that every rate is served (De Man, "Evaluation of implementations of the EBU R128", 2018)."""
    at = np.exp(-2j * np.pi * np.fft.rfftfreq(_TAPS * 8))
    response = _biquad(at, *_shelf(rate)) * _biquad(at, *_high_pass(rate))
    taps = np.fft.irfft(response, _TAPS * 8)[:_TAPS]
    spectrum: NDArray[np.complex128] = np.fft.rfft(taps, _TRANSFORM)
    return spectrum.astype(np.complex64)


def _biquad(at: NDArray[np.complex128], b: Floats, a: Floats) -> NDArray[np.complex128]:
    result: NDArray[np.complex128] = (b[0] + b[1] * at + b[2] * at**2) / (a[0] + a[1] * at + a[2] * at**2)
    return result


def _shelf(rate: int) -> tuple[Floats, Floats]:
    f0, gain_db, q = 1681.974450955533, 3.999843853973347, 0.7071752369554196
    k = math.tan(math.pi * f0 / rate)
    high = 10 ** (gain_db / 20)
    band = high**0.4996667741545416
    a0 = 1 + k / q + k * k
    b = np.array([high + band * k / q + k * k, 2 * (k * k - high), high - band * k / q + k * k]) / a0
    return b, np.array([1.0, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0])


def _high_pass(rate: int) -> tuple[Floats, Floats]:
    f0, q = 38.13547087602444, 0.5003270373238773
    k = math.tan(math.pi * f0 / rate)
    a0 = 1 + k / q + k * k
    return np.array([1.0, -2.0, 1.0]), np.array([1.0, 2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0])
