"""Two engines that sound alike, one of them in front. `CrossfadingEngine` is one, and decides when they turn.

The one behind is not started before it is needed. `open` and `close` block and run on a thread of the pool; present
values may be read from any thread; the rest is called on the `net` loop.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

from player.domain.sound import OutputChoice, OutputDevice
from player.playback.engine import MpvEngine
from player.playback.engine_events import LoadId
from player.playback.engine_options import EngineConfig


class EnginePair:
    def __init__(self, config: EngineConfig, deliver: Callable[[Callable[[], None]], object]) -> None:
        self._loads = itertools.count(1)
        self._front = MpvEngine(config, deliver, self._loads)
        self._back = MpvEngine(config, deliver, self._loads)

    @property
    def _both(self) -> tuple[MpvEngine, MpvEngine]:
        return self._front, self._back

    def _change_places(self) -> None:
        self._front, self._back = self._back, self._front

    def _new_load(self) -> LoadId:
        """For a song that no engine has been given yet."""
        return LoadId(next(self._loads))

    def open(self) -> None:
        self._front.open()

    def close(self) -> None:
        for engine in self._both:
            engine.close()

    @property
    def is_open(self) -> bool:
        return self._front.is_open

    @property
    def position_s(self) -> float:
        return self._front.position_s

    @property
    def ahead_s(self) -> float:
        return self._front.ahead_s

    def set_volume(self, slider: float) -> None:
        for engine in self._both:
            engine.set_volume(slider)

    def set_muted(self, is_muted: bool) -> None:
        for engine in self._both:
            engine.set_muted(is_muted)

    def set_gain(self, gain_db: float) -> None:
        self._front.set_gain(gain_db)

    def set_speed(self, speed: float) -> None:
        for engine in self._both:
            engine.set_speed(speed)

    def set_output(self, choice: OutputChoice) -> None:
        for engine in self._both:
            engine.set_output(choice)

    @property
    def output_devices(self) -> Sequence[OutputDevice]:
        return self._front.output_devices

    @property
    def has_chosen_device(self) -> bool:
        return self._front.has_chosen_device

    @property
    def is_deviceless(self) -> bool:
        return self._front.is_deviceless

    def reopen_device(self) -> None:
        for engine in self._both:
            engine.reopen_device()
