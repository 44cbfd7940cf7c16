"""The right end of the transport: what is unusual, the quality, the panels, the device and the volume. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from player.domain.playback import Status
from player.domain.sound import SYSTEM_DEVICE
from ui.presenters.sound_options import NORMAL_SPEED, SoundOptionsPresenter, SoundState, speed_words
from ui.presenters.transport import TransportPresenter, TransportState
from ui.theme.theme import Theme
from ui.theme.tokens import SIZE, SPACE, TYPE
from ui.widgets.buttons import IconButton, ThemedButton, ToggleIconButton
from ui.widgets.line_slider import VolumeSlider
from ui.widgets.sound_menus import device_menu, open_above, sleep_menu, speed_menu

PANELS = (("lyrics", "chat", "Lyrics"), ("queue", "queue", "Queue"))
BADGE_ROLES = {Status.BUFFERING: "muted", Status.RECONNECTING: "warn", Status.FAILED: "bad"}


class SoundPart(QWidget):
    panel_asked = Signal(str)
    """queue, lyrics or stream: its button was pressed"""

    def __init__(self, theme: Theme, presenter: TransportPresenter, options: SoundOptionsPresenter) -> None:
        super().__init__()
        self._theme = theme
        self._options = options
        self.badge = ThemedButton(
            theme, "badge", name="Quality", icon="activity", icon_role="ok", size=TYPE.caption, height_px=SIZE.badge
        )
        self.badge.setCheckable(True)
        self.badge.clicked.connect(lambda: self.panel_asked.emit("stream"))
        self.panel_buttons = {key: ToggleIconButton(theme, icon, name, on_role="text") for key, icon, name in PANELS}
        self.panel_buttons["lyrics"].clicked.connect(lambda: self.panel_asked.emit("lyrics"))
        self.panel_buttons["queue"].clicked.connect(lambda: self.panel_asked.emit("queue"))
        self.device = IconButton(theme, "laptop", "Output")
        self.device.setObjectName("output_device")
        self.device.clicked.connect(self.open_devices)
        self.mute = IconButton(theme, "speaker-high", "Mute")
        self.mute.clicked.connect(presenter.toggle_muted)
        self.volume = VolumeSlider(theme)
        self.volume.volume_asked.connect(presenter.set_volume)
        self._lay_out()
        options.state_changed.connect(self.show_sound)
        self.show_sound(options.state)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addStretch(1)
        row.addWidget(self.badge)
        row.addSpacing(SPACE.s)
        parts: tuple[QWidget, ...] = (*self.panel_buttons.values(), self.device, self.mute, self.volume)
        for part in parts:
            row.addWidget(part)

    def open_devices(self) -> None:
        open_above(device_menu(self._theme, self._options, self.device), self.device)

    def show_panel(self, panel: str) -> None:
        for key, button in self.panel_buttons.items():
            button.show_on(key == panel)
        self.badge.setChecked(panel == "stream")

    def show_state(self, state: TransportState) -> None:
        self.badge.setText(f" {state.quality or 'Stream'}")
        self.badge.rename(f"{state.quality}: show the stream" if state.quality else "Show the stream")
        role = BADGE_ROLES.get(state.status, "ok" if state.quality else "muted")
        self.badge.set_icon("activity", role)
        self.badge.show_role(role)
        is_silent = state.is_muted or state.volume == 0
        icon = "speaker-x" if is_silent else "speaker-low" if state.volume < 0.5 else "speaker-high"
        self.mute.set_icon(icon, "muted")
        self.mute.rename("Unmute" if state.is_muted else "Mute")
        self.volume.show_volume(state.volume, state.is_muted)

    def show_sound(self, state: SoundState) -> None:
        is_chosen = state.output.device_id != SYSTEM_DEVICE
        is_away = is_chosen and not state.output.is_present
        self.device.set_icon("laptop", "warn" if is_away else "text" if is_chosen else "muted")
        self.device.rename(f"Output: {state.output_name}{', not connected' if is_away else ''}")


class Unusual(QWidget):
    """Beside the controls, only while it is so: another speed than normal, and a sleep timer with what is left of it.
    Each leads to its menu."""

    def __init__(self, theme: Theme, options: SoundOptionsPresenter) -> None:
        super().__init__()
        self._options = options
        self._has_room = True
        self.speed = _chip(theme, "", "playback_speed")
        self.speed.clicked.connect(lambda: open_above(speed_menu(theme, options, self.speed), self.speed))
        self.sleep = _chip(theme, "moon", "sleep_timer")
        self.sleep.clicked.connect(lambda: open_above(sleep_menu(theme, options, self.sleep), self.sleep))
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE.s, 0, 0, 0)
        row.setSpacing(SPACE.s)
        row.addWidget(self.speed)
        row.addWidget(self.sleep)
        row.addStretch(1)
        options.state_changed.connect(self.show_sound)
        self.show_sound(options.state)

    def set_room(self, has_room: bool) -> None:
        if has_room is not self._has_room:
            self._has_room = has_room
            self.show_sound(self._options.state)

    def show_sound(self, state: SoundState) -> None:
        self.speed.setVisible(self._has_room and state.speed != NORMAL_SPEED)
        self.speed.setText(speed_words(state.speed))
        self.speed.setAccessibleName(f"Speed {speed_words(state.speed)}")
        self.sleep.setVisible(self._has_room and bool(state.sleep_left))
        self.sleep.setText(f" {state.sleep_left[:1].upper()}{state.sleep_left[1:]}")
        self.sleep.setAccessibleName(f"Sleep timer, {state.sleep_left} left")


def _chip(theme: Theme, icon: str, name: str) -> ThemedButton:
    """Something that is not as usual, and the way back."""
    chip = ThemedButton(theme, "badge", icon=icon, icon_role="accent", size=TYPE.caption, height_px=SIZE.badge)
    chip.setObjectName(name)
    chip.show_role("accent")
    return chip
