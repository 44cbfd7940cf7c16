"""Where the sound goes, and whether there is a device to play through. One that goes away pauses playback: Segue
plays neither into nothing nor through whatever the system turns to instead. Once the chosen device is back it is used
again. Owned by `Transport`; on the `net` loop."""

from __future__ import annotations

from dataclasses import replace

from player.clock import Clock
from player.domain.sound import OutputChoice
from player.errors import AudioDeviceError
from player.playback.engine_port import Engine

TRY_S = 1.0  # what mpv is given to open the device again


class SoundDevice:
    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._tried_s = 0.0
        self._choice = OutputChoice()
        self.error: AudioDeviceError | None = None

    @property
    def choice(self) -> OutputChoice:
        return replace(self._choice, is_present=self._engine.has_chosen_device)

    def choose(self, choice: OutputChoice) -> None:
        self._choice, self.error = choice, None
        self._tried_s = self._clock.monotonic_s()
        self._engine.set_output(choice)

    def changed(self) -> None:
        """Devices came or went."""
        self._engine.set_output(self._choice)

    @property
    def is_gone(self) -> bool:
        """mpv plays into nothing, and has had its time to find the device again."""
        return self._engine.is_deviceless and self._clock.monotonic_s() - self._tried_s > TRY_S

    def lose(self) -> None:
        self.error = AudioDeviceError("the sound device is gone; playing is paused here")

    def try_again(self) -> None:
        """The listener wants to hear something: whatever was wrong is tried anew."""
        self.error = None
        if self._engine.is_deviceless:
            self._tried_s = self._clock.monotonic_s()
            self._engine.reopen_device()
