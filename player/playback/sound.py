"""How it sounds: volume, mute, speed and device, with the fade of the sleep timer over it all. `Player` owns one on
the `net` loop.
"""

from __future__ import annotations

from dataclasses import replace

from player.clock import Clock
from player.domain.playback import PlaybackState
from player.domain.sound import FASTEST, SLOWEST, SleepTimer
from player.playback.engine_port import Engine
from player.playback.sleep_timer import SleepWatch
from player.playback.sound_device import SoundDevice
from player.playback.streams import Streams
from player.playback.volume import Later, Volume


class Sound:
    def __init__(
        self,
        engine: Engine,
        streams: Streams,
        device: SoundDevice,
        sleep: SleepWatch,
        clock: Clock,
        later: Later,
    ) -> None:
        self._engine = engine
        self._streams = streams
        self._device = device
        self._sleep = sleep
        self._clock = clock
        self.volume = Volume(engine, later)
        self.speed = 1.0

    def set_speed(self, speed: float) -> None:
        self.speed = min(max(speed, SLOWEST), FASTEST)
        self._engine.set_speed(self.speed)
        self._streams.set_speed(self.speed)

    def set_sleep(self, timer: SleepTimer | None) -> None:
        self._sleep.set(timer, self._clock.monotonic_s())
        level = self._sleep.level(self._clock.monotonic_s())
        if level != self.volume.level:
            self.volume.glide_to_level(level)

    @property
    def has_timer(self) -> bool:
        """Whether time must be looked at although nothing plays."""
        return self._sleep.left(self._clock.monotonic_s()) is not None

    @property
    def is_fading(self) -> bool:
        return self._sleep.is_fading(self._clock.monotonic_s())

    @property
    def is_sleep_over(self) -> bool:
        return self._sleep.is_over(self._clock.monotonic_s())

    def tick(self) -> None:
        """The sleep timer's fade; its level is the same all the time otherwise."""
        level = self._sleep.level(self._clock.monotonic_s())
        if level != self.volume.level:
            self.volume.set_level(level)

    def describe(self, state: PlaybackState) -> PlaybackState:
        """The transport's state with how it sounds."""
        return replace(
            state,
            volume=self.volume.slider,
            is_muted=self.volume.is_muted,
            speed=self.speed,
            sleep=self._sleep.left(self._clock.monotonic_s()),
            output=self._device.choice,
        )
