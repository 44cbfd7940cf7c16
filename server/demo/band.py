"""A canvas that notes are put on, and what happens to the whole: reverb, fades, mastering. Used by the styles."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from server.demo.instruments import RATE, Mono

Stereo = NDArray[np.float32]
Instrument = Callable[[int, float], Mono]

_REVERB_BLOCK = 1 << 16
_CEILING = 0.84
"""-1.5 dBFS: leaves room for what lies between the samples"""


class Band:
    """Keeps the notes it has made: songs repeat themselves."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._count = round(seconds * RATE)
        self._dry = np.zeros((self._count, 2), np.float32)
        self._send = np.zeros(self._count, np.float32)
        self._notes: dict[tuple[Instrument, int, int], Mono] = {}

    def play(
        self,
        instrument: Instrument,
        pitch: int,
        *,
        at_s: float,
        seconds: float,
        gain: float,
        pan: float = 0.0,
        send: float = 0.2,
    ) -> None:
        """`pan` from -1 (left) to 1; `send` is how much of it goes to the reverb."""
        start = round(at_s * RATE)
        if not 0 <= start < self._count:
            return
        key = (instrument, pitch, round(seconds * 1000))
        note = self._notes.get(key)
        if note is None:
            note = self._notes[key] = instrument(pitch, seconds)
        note = note[: self._count - start]
        angle = (pan + 1) * np.pi / 4
        stop = start + len(note)
        self._dry[start:stop, 0] += note * np.float32(gain * np.cos(angle))
        self._dry[start:stop, 1] += note * np.float32(gain * np.sin(angle))
        if send:
            self._send[start:stop] += note * np.float32(gain * send)

    def mix(self, *, reverb_s: float, rms_dbfs: float, fade_in_s: float, fade_out_s: float) -> Stereo:
        """The finished song: no offset, peaks under -1.5 dBFS."""
        mixed: Stereo = self._dry + _reverb(self._send, reverb_s)
        mixed -= mixed.mean(axis=0)
        rms = float(np.sqrt(np.mean(mixed**2))) or 1.0
        mixed *= np.float32(10 ** (rms_dbfs / 20) / rms)
        np.tanh(mixed / _CEILING, out=mixed)
        mixed *= _CEILING
        _fade(mixed, fade_in_s, fade_out_s)
        return mixed


def _fade(mixed: Stereo, fade_in_s: float, fade_out_s: float) -> None:
    for seconds, part in ((fade_in_s, mixed), (fade_out_s, mixed[::-1])):
        count = min(len(mixed) // 2, round(seconds * RATE))
        if count:
            ramp = 0.5 - 0.5 * np.cos(np.pi * np.arange(count, dtype=np.float32) / count)
            part[:count] *= ramp[:, None]


def _reverb(send: Mono, seconds: float) -> Stereo:
    """Convolution with a decaying noise, another for each ear, by overlap-add."""
    count = round(seconds * RATE)
    random = np.random.default_rng(77)
    decay = np.exp(-6.9 * np.arange(count) / count)
    noise = random.standard_normal((count, 2)) * decay[:, None]
    # darker with time, as rooms are: each is a little smoothed
    noise = (noise + np.roll(noise, 1, axis=0) + np.roll(noise, 2, axis=0)) / 3
    noise[: round(0.012 * RATE)] = 0
    response = (noise / np.sqrt((noise**2).sum(axis=0))).astype(np.float32)
    length = 1 << (count + _REVERB_BLOCK - 1).bit_length()
    spectrum = np.fft.rfft(response, length, axis=0)
    wet = np.zeros((len(send) + length, 2), np.float32)
    for start in range(0, len(send), _REVERB_BLOCK):
        block = np.fft.rfft(send[start : start + _REVERB_BLOCK], length)
        wet[start : start + length] += np.fft.irfft(block[:, None] * spectrum, length, axis=0).astype(np.float32)
    return wet[: len(send)]
