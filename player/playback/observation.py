"""Listens to how the music goes, for the figures and for what is called 'buffering'. Owned by `Transport`, which
tells it of every change of the sound and of every tick; on the `net` loop.
"""

from __future__ import annotations

from player.clock import Clock
from player.domain.stream import StreamSample
from player.playback.figures import Figures
from player.playback.streams import StreamHealth

GRACE_S = 0.25  # a change of song or a seek is no 'buffering' while the output's own buffer still sounds
SAMPLE_S = 0.99  # between two points of the graph; ticks come every quarter of a second


class Observation:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.figures = Figures()
        self._was_playing = False
        self._sounded_s = self._sampled_s = 0.0

    @property
    def sounded_just_now(self) -> bool:
        return self._was_playing and self._clock.monotonic_s() - self._sounded_s < GRACE_S

    def asked_for_a_song(self, *, is_wanted: bool) -> None:
        self._was_playing = False
        if is_wanted:
            self.awaits_sound()
        else:
            self.figures.abandoned()

    def awaits_sound(self) -> None:
        self.figures.commanded_start(self._clock.monotonic_s())

    def rests(self) -> None:
        self._was_playing = False

    def sound(self, position_s: float, *, is_wanted: bool, is_sounding: bool) -> None:
        """On every change of the sound and on every tick."""
        now_s = self._clock.monotonic_s()
        if is_sounding:
            self._sounded_s, self._was_playing = now_s, True
        self.figures.observe(now_s, position_s, is_wanted=is_wanted, is_sounding=is_sounding)

    def tick(self, kbps: int | None, health: StreamHealth, *, is_wanted: bool, is_sounding: bool) -> None:
        now_s = self._clock.monotonic_s()
        if is_sounding:
            self.figures.heard(now_s, kbps)
        if is_wanted and now_s - self._sampled_s >= SAMPLE_S:
            self._sampled_s = now_s
            self.figures.sample(StreamSample(now_s, health.buffer_s, kbps or 0, health.throughput_kbps or 0.0))
