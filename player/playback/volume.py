"""The volume that is heard: the slider's and the mute's changes glide, because mpv applies a volume to whole writes
of its output (20 ms on PulseAudio), and one large step clicks. Owned by `Sound`; on the `net` loop.

Pausing does not wait for a glide: how late the output is nobody tells, and a pause must be at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol

from player.playback.engine_port import Engine

STEPS = 16
STEP_S = 0.01  # a glide of 160 ms: on a tone its largest step was a fifth of the one it replaces (PulseAudio)


class Timer(Protocol):
    def cancel(self) -> None: ...


Later = Callable[[float, Callable[[], None]], Timer]
"""the loop's `call_later`"""


class Volume:
    """`slider` is what the listener chose, `level` what the sleep timer leaves of it."""

    def __init__(self, engine: Engine, later: Later) -> None:
        self._engine = engine
        self._later = later
        self.slider = 1.0
        self.is_muted = False
        self.level = 1.0
        self._from = self._heard = 1.0  # as amplitudes
        self._step = STEPS
        self._timer: Timer | None = None

    def set_slider(self, slider: float) -> None:
        self.slider = min(max(slider, 0.0), 1.0)
        self._glide()

    def set_muted(self, is_muted: bool) -> None:
        self.is_muted = is_muted
        if not is_muted:
            self._engine.set_muted(False)
        self._glide()

    def set_level(self, level: float) -> None:
        """Follows many times a second: small steps already, which a glide under way takes in."""
        self.level = level
        if self._timer is None:
            self._arrive()

    def glide_to_level(self, level: float) -> None:
        """At once, as when a timer is taken back while it fades."""
        self.level = level
        self._glide()

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    @property
    def _target(self) -> float:
        return 0.0 if self.is_muted else amplitude(self.slider * self.level)

    def _glide(self) -> None:
        self._from, self._step = self._heard, 0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._engine.is_sounding:
            self._go_on()
        else:
            self._arrive()

    def _go_on(self) -> None:
        self._step += 1
        if self._step >= STEPS:
            self._arrive()
            return
        way = 0.5 - 0.5 * math.cos(math.pi * self._step / STEPS)
        self._heard = self._from + (self._target - self._from) * way
        self._engine.set_volume(slider_of(self._heard))
        self._timer = self._later(STEP_S, self._go_on)

    def _arrive(self) -> None:
        """Muted, mpv keeps the slider's volume, as it does without a glide."""
        self._heard, self._timer = self._target, None
        self._engine.set_muted(self.is_muted)
        self._engine.set_volume(self.slider * self.level)


def amplitude(slider: float) -> float:
    """mpv's scale (player/playback/engine_options.py)."""
    return slider**3


def slider_of(heard: float) -> float:
    return math.cbrt(heard)
