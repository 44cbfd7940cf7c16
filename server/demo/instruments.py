"""The sounds of the demo library: single notes as mono float32 arrays, synthesised by numpy. Pure; the same
arguments give the same samples. Called by the band (`band.py`), which keeps the notes it has."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

RATE = 44_100
Mono = NDArray[np.float32]


def hertz(pitch: int) -> float:
    """Of a MIDI pitch; 69 is 440 Hz."""
    return float(440.0 * 2 ** ((pitch - 69) / 12))


def _times(seconds: float) -> NDArray[np.float64]:
    return np.arange(round(seconds * RATE)) / RATE


def _envelope(count: int, attack_s: float, release_s: float) -> Mono:
    """Raised cosines at both ends: no click at either."""
    envelope = np.ones(count, np.float32)
    attack, release = (min(count // 2, max(8, round(s * RATE))) for s in (attack_s, release_s))
    envelope[:attack] = 0.5 - 0.5 * np.cos(np.pi * np.arange(attack) / attack)
    envelope[count - release :] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(release) / release)
    return envelope


def _note(samples: NDArray[np.floating[Any]]) -> Mono:
    return samples.astype(np.float32)


def pluck(pitch: int, seconds: float, brightness: float = 0.5) -> Mono:
    """A plucked string (Karplus and Strong, 1983), computed a whole period at a time and then stretched to the exact
    pitch, because a delay line has a whole number of samples."""
    frequency = hertz(pitch)
    period = max(4, round(RATE / frequency - 0.5))
    count = round(seconds * RATE) + 2 * period
    random = np.random.default_rng(pitch)
    string = random.uniform(-1, 1, period)
    for _ in range(round(4 * (1 - brightness))):
        string = 0.5 * (string + np.roll(string, 1))
    string -= string.mean()
    out = np.empty((count // period + 1) * period)
    loss = 0.996 ** (220 / frequency)
    for start in range(0, len(out), period):
        out[start : start + period] = string
        string = loss * 0.5 * (string + np.roll(string, 1))
    exact = np.arange(round(seconds * RATE)) * ((period + 0.5) * frequency / RATE)
    note = np.interp(exact, np.arange(len(out)), out)
    return _note(note * _envelope(len(note), 0.001, 0.08))


def pad(pitch: int, seconds: float, warmth: float = 0.6) -> Mono:
    """Detuned voices with few partials, slow to come and to go."""
    at = _times(seconds)
    frequency = hertz(pitch)
    note = np.zeros(len(at))
    for voice, detune in enumerate((-0.0017, 0.0, 0.0021)):
        for partial in (1, 2, 3, 4):
            level = warmth ** (partial - 1) / partial
            note += level * np.sin(2 * np.pi * frequency * (1 + detune) * partial * at + voice * 1.7 + partial)
    swell = 1 + 0.12 * np.sin(2 * np.pi * 0.23 * at + pitch)
    return _note(note / 4 * swell * _envelope(len(at), seconds * 0.3, seconds * 0.35))


def strings(pitch: int, seconds: float) -> Mono:
    """A bowed section: a soft saw with vibrato."""
    at = _times(seconds)
    frequency = hertz(pitch)
    vibrato = 0.0025 * np.sin(2 * np.pi * 5.1 * at) * np.minimum(1, at / 0.4)
    phase = 2 * np.pi * frequency * (at + vibrato / 5)
    partials = [k for k in range(1, 9) if k * frequency < 9_000]
    note = np.sum([np.sin(k * phase + 0.3 * k) / k**1.35 for k in partials], axis=0)
    return _note(0.5 * note * _envelope(len(at), 0.12, 0.25))


def keys(pitch: int, seconds: float) -> Mono:
    """An electric piano: two sines, the one bending the other, harder at the strike."""
    at = _times(seconds)
    frequency = hertz(pitch)
    strike = 1.6 * np.exp(-5 * at)
    note = np.sin(2 * np.pi * frequency * at + strike * np.sin(2 * np.pi * frequency * at))
    note += 0.15 * np.sin(2 * np.pi * frequency * 7 * at) * np.exp(-18 * at)
    return _note(note * np.exp(-1.6 * at) * _envelope(len(at), 0.003, 0.1))


def bell(pitch: int, seconds: float) -> Mono:
    at = _times(seconds)
    frequency = hertz(pitch)
    ratios = ((1.0, 1.0, 1.5), (2.76, 0.45, 2.6), (5.4, 0.2, 4.5), (8.93, 0.08, 7.0))
    note = np.sum([g * np.sin(2 * np.pi * frequency * r * at) * np.exp(-d * at) for r, g, d in ratios], axis=0)
    return _note(0.6 * note * _envelope(len(at), 0.002, 0.2))


def lead(pitch: int, seconds: float) -> Mono:
    """A reed or flute: odd partials, a breath of vibrato."""
    at = _times(seconds)
    frequency = hertz(pitch)
    phase = 2 * np.pi * frequency * at + 0.12 * np.sin(2 * np.pi * 5.3 * at) * np.minimum(1, at * 3)
    note = np.sin(phase) + 0.22 * np.sin(3 * phase) + 0.08 * np.sin(2 * phase) + 0.04 * np.sin(5 * phase)
    return _note(0.7 * note * _envelope(len(at), 0.04, 0.12))


def bass(pitch: int, seconds: float, growl: float = 0.3) -> Mono:
    at = _times(seconds)
    phase = 2 * np.pi * hertz(pitch) * at
    note = np.sin(phase) + growl * np.sin(2 * phase) + growl**2 * np.sin(3 * phase)
    return _note(note * np.exp(-0.9 * at) * _envelope(len(at), 0.008, 0.06))


def kick(_pitch: int, seconds: float) -> Mono:
    at = _times(min(seconds, 0.4))
    sweep = 2 * np.pi * (48 * at + 90 / 28 * (1 - np.exp(-28 * at)))
    return _note(np.sin(sweep) * np.exp(-9 * at) * _envelope(len(at), 0.002, 0.1))


def snare(_pitch: int, seconds: float) -> Mono:
    at = _times(min(seconds, 0.3))
    noise = np.random.default_rng(5).standard_normal(len(at))
    noise = noise - np.roll(noise, 1) * 0.6
    hit = 0.2 * noise * np.exp(-17 * at) + 0.5 * np.sin(2 * np.pi * 186 * at) * np.exp(-24 * at)
    return _note(hit * _envelope(len(at), 0.001, 0.08))


def hat(_pitch: int, seconds: float) -> Mono:
    at = _times(min(seconds, 0.12))
    noise = np.diff(np.random.default_rng(9).standard_normal(len(at) + 1))
    return _note(0.09 * noise * np.exp(-45 * at) * _envelope(len(at), 0.001, 0.03))


def brush(_pitch: int, seconds: float) -> Mono:
    """A shaker, or brushes on a snare."""
    at = _times(min(seconds, 0.2))
    noise = np.diff(np.random.default_rng(13).standard_normal(len(at) + 1))
    return _note(0.1 * noise * np.exp(-18 * at) * _envelope(len(at), 0.03, 0.08))
