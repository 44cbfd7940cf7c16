"""How the demo's songs are played: each style takes a score and puts its notes on a band. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from server.demo import instruments as sound
from server.demo.band import Band, Instrument, Stereo

MAJOR = (0, 2, 4, 5, 7, 9, 11)
MINOR = (0, 2, 3, 5, 7, 8, 10)
DORIAN = (0, 2, 3, 5, 7, 9, 10)


@dataclass(frozen=True, slots=True)
class Score:
    """What a song is made from. `chords` are degrees of the scale, one a bar, counted from 0."""

    style: str
    seconds: float
    bpm: float
    root: int
    """MIDI pitch of the key, near 48"""
    scale: tuple[int, ...]
    chords: tuple[int, ...]
    seed: int
    rms_dbfs: float

    @property
    def beat_s(self) -> float:
        return 60 / self.bpm

    def pitch(self, degree: int, octave: int = 0) -> int:
        return self.root + 12 * (octave + degree // 7) + self.scale[degree % 7]

    def chord(self, degree: int, voices: int = 3, octave: int = 0) -> list[int]:
        return [self.pitch(degree + 2 * voice, octave) for voice in range(voices)]


@dataclass(frozen=True, slots=True)
class Bar:
    number: int
    at_s: float
    degree: int
    fullness: float
    """0 at the edges of the song, 1 where everybody plays"""


def _bars(score: Score, beats: int = 4) -> Iterator[Bar]:
    bar_s = score.beat_s * beats
    count = int(score.seconds / bar_s)
    for number in range(count):
        from_edge = min(number / 4, (count - number) / 3)
        lull = 0.55 if (number // 8) % 3 == 2 and number % 8 < 4 else 1.0
        degree = 0 if number >= count - 1 else score.chords[number % len(score.chords)]
        yield Bar(number, number * bar_s, degree, min(1.0, from_edge) * lull)


def _melody(score: Score, slots: int) -> list[tuple[int, bool]]:
    """Four bars of (degree, sounds): steps more often than leaps, home at the end; the same walk each time."""
    random = np.random.default_rng(score.seed)
    degree, line = int(random.integers(0, 5)), []
    for slot in range(4 * slots):
        is_strong = slot % slots in (0, slots // 2)
        step = int(random.choice((-2, -1, -1, 0, 1, 1, 2)))
        degree = int(np.clip(degree + step, -2, 9))
        if is_strong:
            chord = score.chords[(slot // slots) % len(score.chords)]
            degree = min((chord + 2 * k + 7 * o for k in range(3) for o in (-1, 0, 1)), key=lambda d: abs(d - degree))
        line.append((degree, bool(random.random() < (0.92 if is_strong else 0.5))))
    return line


def _sing(
    band: Band, score: Score, bar: Bar, instrument: Instrument, *, slots: int, octave: int, gain: float
) -> None:
    """The melody's part of this bar: rests in the first bars and every third phrase."""
    if bar.number < 4 or (bar.number // 4) % 3 == 2 or bar.fullness < 0.5:
        return
    step_s = score.beat_s * 4 / slots
    line = _melody(score, slots)
    for slot in range(slots):
        degree, sounds = line[(bar.number % 4) * slots + slot]
        if sounds:
            pan = 0.15 * (-1) ** bar.number
            band.play(
                instrument,
                score.pitch(degree, octave),
                at_s=bar.at_s + slot * step_s,
                seconds=step_s * 1.8,
                gain=gain * bar.fullness,
                pan=pan,
                send=0.35,
            )


def folk(band: Band, score: Score) -> None:
    beat = score.beat_s
    pattern = (0, 2, 1, 3, 2, 4, 1, 3)
    for bar in _bars(score):
        tones = [*score.chord(bar.degree), *score.chord(bar.degree, octave=1)]
        for eighth, tone in enumerate(pattern):
            at_s, gain = bar.at_s + eighth * beat / 2, 0.26 if eighth % 4 else 0.34
            band.play(sound.pluck, tones[tone], at_s=at_s, seconds=1.6, gain=gain, pan=-0.35, send=0.15)
            if bar.fullness > 0.9 and eighth % 2:
                band.play(sound.brush, 0, at_s=at_s, seconds=0.2, gain=0.5, pan=0.4, send=0.1)
        for half in (0, 2):
            low = score.pitch(bar.degree + half, -1)
            band.play(
                sound.bass, low, at_s=bar.at_s + half * beat, seconds=beat * 1.9, gain=0.3 * bar.fullness, send=0
            )
        if bar.fullness > 0.7:
            for tone in score.chord(bar.degree):
                band.play(sound.pad, tone, at_s=bar.at_s, seconds=beat * 5, gain=0.07, pan=0.3, send=0.4)
        _sing(band, score, bar, sound.lead, slots=8, octave=1, gain=0.2)


def ambient(band: Band, score: Score) -> None:
    beat = score.beat_s
    random = np.random.default_rng(score.seed)
    for bar in _bars(score):
        for voice, tone in enumerate(score.chord(bar.degree, 4)):
            pan = (-0.6, 0.5, -0.2, 0.7)[voice]
            band.play(sound.pad, tone, at_s=bar.at_s, seconds=beat * 7, gain=0.2, pan=pan, send=0.6)
        band.play(sound.bass, score.pitch(bar.degree, -1), at_s=bar.at_s, seconds=beat * 4, gain=0.22, send=0.2)
        for _ in range(3):
            degree = bar.degree + 2 * int(random.integers(0, 5))
            at_s, pan = bar.at_s + beat * 4 * float(random.random()), float(random.uniform(-0.8, 0.8))
            band.play(sound.bell, score.pitch(degree, 2), at_s=at_s, seconds=3.0, gain=0.07, pan=pan, send=0.9)


def electronic(band: Band, score: Score) -> None:
    beat = score.beat_s
    for bar in _bars(score):
        tones = score.chord(bar.degree, 4, octave=1)
        for sixteenth in range(16):
            at_s = bar.at_s + sixteenth * beat / 4
            tone = tones[(sixteenth * 3 + bar.number) % 4]
            pan = 0.5 if sixteenth % 2 else -0.5
            gain = 0.16 * (0.5 + 0.5 * bar.fullness)
            band.play(sound.pluck, tone + 12, at_s=at_s, seconds=0.5, gain=gain, pan=pan, send=0.3)
            if sixteenth % 4 == 2:
                low = score.pitch(bar.degree, -1)
                band.play(sound.bass, low, at_s=at_s, seconds=beat * 0.7, gain=0.42, send=0)
                band.play(sound.hat, 0, at_s=at_s, seconds=0.12, gain=0.8 * bar.fullness, pan=0.2, send=0.05)
        for quarter in range(4):
            at_s = bar.at_s + quarter * beat
            if bar.fullness > 0.6:
                band.play(sound.kick, 0, at_s=at_s, seconds=0.4, gain=0.75, send=0.02)
            if quarter % 2 and bar.fullness > 0.9:
                band.play(sound.snare, 0, at_s=at_s, seconds=0.3, gain=0.35, send=0.2)
        for tone in score.chord(bar.degree):
            band.play(sound.pad, tone, at_s=bar.at_s, seconds=beat * 4.4, gain=0.12, pan=-0.2, send=0.3)
        _sing(band, score, bar, sound.lead, slots=8, octave=2, gain=0.1)


def jazz(band: Band, score: Score) -> None:
    beat = score.beat_s
    swing = beat * 2 / 3
    for bar in _bars(score):
        for voice, tone in enumerate(score.chord(bar.degree, 4)):
            pan = -0.3 + 0.1 * voice
            band.play(sound.keys, tone + 12, at_s=bar.at_s, seconds=beat * 2, gain=0.13, pan=pan, send=0.2)
            band.play(sound.keys, tone + 12, at_s=bar.at_s + beat + swing, seconds=beat, gain=0.1, pan=pan, send=0.2)
        following = score.chords[(bar.number + 1) % len(score.chords)]
        approach = following - 1 if following > bar.degree else following + 1
        for quarter, degree in enumerate((bar.degree, bar.degree + 2, bar.degree + 4, approach)):
            low = score.pitch(degree, -1)
            band.play(sound.bass, low, at_s=bar.at_s + quarter * beat, seconds=beat * 0.95, gain=0.38, send=0.05)
            band.play(sound.hat, 0, at_s=bar.at_s + quarter * beat, seconds=0.1, gain=0.5, pan=0.5, send=0.1)
            if quarter % 2:
                band.play(sound.brush, 0, at_s=bar.at_s + quarter * beat, seconds=0.2, gain=0.9, pan=0.3, send=0.15)
                at_s = bar.at_s + quarter * beat + swing
                band.play(sound.hat, 0, at_s=at_s, seconds=0.1, gain=0.35, pan=0.5, send=0.1)
        _sing(band, score, bar, sound.keys, slots=6, octave=2, gain=0.22)


def chamber(band: Band, score: Score) -> None:
    beat = score.beat_s
    for bar in _bars(score):
        voices = [score.pitch(bar.degree, -1), *score.chord(bar.degree)]
        for tone, pan in zip(voices, (0.5, 0.2, -0.2, -0.5), strict=True):
            gain = 0.15 * (0.6 + 0.4 * bar.fullness)
            band.play(sound.strings, tone, at_s=bar.at_s, seconds=beat * 4.1, gain=gain, pan=pan, send=0.35)
        if bar.fullness > 0.6 and (bar.number // 4) % 2:
            for eighth in range(8):
                tone = score.chord(bar.degree, octave=1)[(0, 1, 2, 1)[eighth % 4]]
                at_s = bar.at_s + eighth * beat / 2
                band.play(sound.pluck, tone, at_s=at_s, seconds=0.7, gain=0.22, pan=0.4, send=0.3)
        _sing(band, score, bar, sound.strings, slots=4, octave=1, gain=0.2)


def synthpop(band: Band, score: Score) -> None:
    beat = score.beat_s
    for bar in _bars(score):
        for eighth in range(8):
            at_s = bar.at_s + eighth * beat / 2
            low = score.pitch(bar.degree, -1) + (12 if eighth % 2 else 0)
            band.play(sound.bass, low, at_s=at_s, seconds=beat * 0.45, gain=0.36, send=0)
            band.play(sound.hat, 0, at_s=at_s, seconds=0.1, gain=0.5 * bar.fullness, pan=0.25, send=0.05)
        for quarter in range(4):
            drum, gain = (sound.snare, 0.5) if quarter % 2 else (sound.kick, 0.7)
            if bar.fullness > 0.4:
                band.play(drum, 0, at_s=bar.at_s + quarter * beat, seconds=0.4, gain=gain, send=0.25)
        for voice, tone in enumerate(score.chord(bar.degree, 3)):
            pan = (-0.5, 0.0, 0.5)[voice]
            band.play(sound.strings, tone + 12, at_s=bar.at_s, seconds=beat * 4, gain=0.08, pan=pan, send=0.4)
        _sing(band, score, bar, sound.bell, slots=8, octave=2, gain=0.2)


STYLES: dict[str, tuple[Callable[[Band, Score], None], float]] = {
    "folk": (folk, 1.1),
    "ambient": (ambient, 3.2),
    "electronic": (electronic, 1.4),
    "jazz": (jazz, 0.9),
    "chamber": (chamber, 2.0),
    "synthpop": (synthpop, 1.6),
}
"""style -> who plays it, and the length of its room's echo in seconds"""


def perform(score: Score, *, fade_in_s: float = 0.01, fade_out_s: float = 3.0) -> Stereo:
    play, reverb_s = STYLES[score.style]
    band = Band(score.seconds)
    play(band, score)
    return band.mix(reverb_s=reverb_s, rms_dbfs=score.rms_dbfs, fade_in_s=fade_in_s, fade_out_s=fade_out_s)
