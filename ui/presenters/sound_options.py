"""How the music is heard beside its volume: speed, sleep timer and the device. What the menus of the transport and
the command palette offer, and the words they say it in. GUI thread.

`state_changed` carries a `SoundState` when something shown became different, not with every second of a timer.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from math import ceil
from typing import Any

from PySide6.QtCore import QObject, Signal

from player import settings
from player.domain.playback import PlaybackState
from player.domain.sound import SYSTEM_DEVICE, OutputChoice, OutputDevice, SleepTimer
from player.playback.port import PlaybackEvent
from ui.bridge import GuiScope
from ui.core import Core
from ui.presenters.states import in_one_line
from ui.wording import long_time, plain

NORMAL_SPEED = 1.0
SPEEDS = (0.5, 0.75, 0.9, NORMAL_SPEED, 1.1, 1.25, 1.5, 1.75, 2.0)
SLEEPS = (
    SleepTimer(songs=1),
    SleepTimer(seconds=15 * 60.0),
    SleepTimer(seconds=30 * 60.0),
    SleepTimer(seconds=45 * 60.0),
    SleepTimer(seconds=60 * 60.0),
    SleepTimer(seconds=120 * 60.0),
)
NAME_LIMIT = 60


@dataclass(frozen=True, slots=True)
class SoundState:
    speed: float = NORMAL_SPEED
    sleep_left: str = ""
    """until the music ends by itself: '23 min', 'this song'; empty without a timer"""
    output: OutputChoice = field(default_factory=OutputChoice)
    output_name: str = ""

    @property
    def is_usual(self) -> bool:
        return self.speed == NORMAL_SPEED and not self.sleep_left


@dataclass(frozen=True, slots=True)
class Offer:
    words: str
    icon: str
    act: Callable[[], None]


class SoundOptionsPresenter(QObject):
    state_changed = Signal(object)
    told = Signal(str)

    def __init__(self, core: Core) -> None:
        super().__init__()
        self._core = core
        self._playback = core.playback
        self._scope = GuiScope(core.runtime)
        self._state = SoundState()
        self._scope.listen(core.playback.subscribe, self._on_event)

    @property
    def state(self) -> SoundState:
        return self._state

    @property
    def devices(self) -> tuple[OutputDevice, ...]:
        """As they are now, the system's own choice first."""
        return tuple(self._playback.output_devices())

    def start(self) -> None:
        self._refresh(self._playback.state)

    def close(self) -> None:
        self._scope.close()

    # ---- commands

    def set_speed(self, speed: float) -> None:
        self._command(self._playback.set_speed(speed), "change the speed")

    def step_speed(self, by: int) -> None:
        """To the next speed of the list above or below."""
        present = self._playback.state.speed
        beyond = [speed for speed in SPEEDS if (speed > present if by > 0 else speed < present)]
        if beyond:
            self.set_speed(min(beyond) if by > 0 else max(beyond))

    def set_sleep(self, timer: SleepTimer | None) -> None:
        self._command(self._playback.set_sleep(timer), "set the sleep timer")

    def choose_device(self, device_id: str) -> None:
        device = next((each for each in self.devices if each.id == device_id), None)
        keeps = self._playback.state.output.is_exclusive and device is not None and device.can_be_exclusive
        self._set_output(device_id, is_exclusive=keeps)

    def set_exclusive(self, is_exclusive: bool) -> None:
        self._set_output(self._playback.state.output.device_id, is_exclusive=is_exclusive)

    def offers(self) -> tuple[Offer, ...]:
        """Everything that can be chosen now, as sentences of the command palette."""
        speeds = [
            Offer(f"Play at {speed_words(speed)} speed", "gauge", partial(self.set_speed, speed)) for speed in SPEEDS
        ]
        sleeps = [
            Offer(f"Sleep {sleep_words(timer).lower()}", "moon", partial(self.set_sleep, timer)) for timer in SLEEPS
        ]
        if self._state.sleep_left:
            sleeps.append(Offer("Turn the sleep timer off", "moon", partial(self.set_sleep, None)))
        devices = [
            Offer(f"Play on {plain(device.name, NAME_LIMIT)}", "laptop", partial(self.choose_device, device.id))
            for device in self.devices
        ]
        return (*speeds, *sleeps, *devices)

    def _set_output(self, device_id: str, *, is_exclusive: bool) -> None:
        self._core.settings.set(settings.OUTPUT_DEVICE, device_id)
        self._core.settings.set(settings.OUTPUT_EXCLUSIVE, is_exclusive)
        self._command(self._playback.set_output(device_id, is_exclusive=is_exclusive), "change the output")

    def _command(self, work: Coroutine[Any, Any, None], attempt: str) -> None:
        self._scope.run(work, err=lambda error: self.told.emit(in_one_line(error, attempt)))

    # ---- events

    def _on_event(self, event: PlaybackEvent) -> None:
        if isinstance(event, PlaybackState):
            self._refresh(event)

    def _refresh(self, playback: PlaybackState) -> None:
        output = playback.output
        is_same_output = output == self._state.output and bool(self._state.output_name)
        name = self._state.output_name if is_same_output else device_name(self.devices, output.device_id)
        state = SoundState(playback.speed, "" if playback.sleep is None else sleep_left(playback.sleep), output, name)
        if state != self._state:
            self._state = state
            self.state_changed.emit(state)


def device_name(devices: tuple[OutputDevice, ...], device_id: str) -> str:
    """As people know it; the device's own id where it is not there."""
    if device_id == SYSTEM_DEVICE:
        return "System default"
    name = next((each.name for each in devices if each.id == device_id), device_id)
    return plain(name, NAME_LIMIT)


def sleep_left(timer: SleepTimer) -> str:
    """What is left: '2 h', '23 min', '40 s', 'this song', '3 songs'."""
    if timer.songs is not None:
        return "this song" if timer.songs == 1 else f"{timer.songs} songs"
    seconds = ceil(timer.seconds or 0.0)
    return long_time(ceil(seconds / 60) * 60) if seconds >= 60 else f"{seconds} s"


def sleep_words(timer: SleepTimer) -> str:
    """The timer as one chooses it: 'In 30 min', 'After this song'."""
    return f"After {sleep_left(timer)}" if timer.songs is not None else f"In {sleep_left(timer)}"


def speed_words(speed: float) -> str:
    return f"{speed:g}×"
