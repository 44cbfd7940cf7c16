"""The menus of the transport: speed and sleep timer behind the dots, devices behind the laptop. GUI thread.

A menu is made when it is asked for, says what is true then, and ends with itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from ui.presenters.sound_options import (
    NAME_LIMIT,
    NORMAL_SPEED,
    SLEEPS,
    SPEEDS,
    SoundOptionsPresenter,
    device_name,
    sleep_left,
    sleep_words,
    speed_words,
)
from ui.theme.theme import Theme
from ui.wording import plain


def options_menu(theme: Theme, presenter: SoundOptionsPresenter, parent: QWidget) -> QMenu:
    """Speed and sleep timer, each with what holds now in its title."""
    menu = _menu(theme, parent, "playback_options_menu")
    state = presenter.state
    speed = menu.addMenu("Speed" if state.speed == NORMAL_SPEED else f"Speed: {speed_words(state.speed)}")
    speed.setObjectName("speed_menu")
    fill_speeds(speed, presenter)
    sleep = menu.addMenu(f"Sleep timer: {state.sleep_left} left" if state.sleep_left else "Sleep timer")
    sleep.setObjectName("sleep_menu")
    fill_sleeps(sleep, presenter)
    return menu


def speed_menu(theme: Theme, presenter: SoundOptionsPresenter, parent: QWidget) -> QMenu:
    menu = _menu(theme, parent, "speed_menu")
    fill_speeds(menu, presenter)
    return menu


def sleep_menu(theme: Theme, presenter: SoundOptionsPresenter, parent: QWidget) -> QMenu:
    menu = _menu(theme, parent, "sleep_menu")
    fill_sleeps(menu, presenter)
    return menu


def fill_speeds(menu: QMenu, presenter: SoundOptionsPresenter) -> None:
    group = QActionGroup(menu)
    for speed in SPEEDS:
        words = "Normal" if speed == NORMAL_SPEED else speed_words(speed)
        action = _add(menu, words, partial(presenter.set_speed, speed), f"speed_{speed:g}")
        _make_choice(action, group, is_chosen=speed == presenter.state.speed)


def fill_sleeps(menu: QMenu, presenter: SoundOptionsPresenter) -> None:
    for timer in SLEEPS:
        key = sleep_left(timer).replace(" ", "_")
        _add(menu, sleep_words(timer), partial(presenter.set_sleep, timer), f"sleep_{key}")
    if presenter.state.sleep_left:
        menu.addSeparator()
        _add(menu, "Turn the timer off", lambda: presenter.set_sleep(None), "sleep_off")


def device_menu(theme: Theme, presenter: SoundOptionsPresenter, parent: QWidget) -> QMenu:
    """Where the sound goes. A chosen device that is away stays in the list and says so."""
    menu = _menu(theme, parent, "device_menu")
    devices, output = presenter.devices, presenter.state.output
    group = QActionGroup(menu)
    for device in devices:
        action = _add(menu, _label(device.name), partial(presenter.choose_device, device.id), f"device_{device.id}")
        _make_choice(action, group, is_chosen=device.id == output.device_id)
    if not output.is_present and all(device.id != output.device_id for device in devices):
        name = _label(device_name(devices, output.device_id))
        action = _add(menu, f"{name} (not connected)", lambda: None, "device_away")
        _make_choice(action, group, is_chosen=True)
        action.setEnabled(False)
    if not devices:
        _add(menu, "Devices are listed once the sound has started", lambda: None, "device_none").setEnabled(False)
        return menu
    menu.addSeparator()
    chosen = next((device for device in devices if device.id == output.device_id), None)
    can_be_alone = chosen is not None and chosen.can_be_exclusive
    words = "For Segue alone" if can_be_alone else "For Segue alone: not possible with this device"
    alone = _add(menu, words, lambda: presenter.set_exclusive(not output.is_exclusive), "device_exclusive")
    alone.setCheckable(True)
    alone.setChecked(output.is_exclusive and can_be_alone)
    alone.setEnabled(can_be_alone)
    return menu


def open_above(menu: QMenu, anchor: QWidget) -> None:
    """The transport stands at the lower edge: menus open upwards."""
    menu.popup(anchor.mapToGlobal(QPoint(0, -menu.sizeHint().height())))


def _menu(theme: Theme, parent: QWidget, name: str) -> QMenu:
    menu = QMenu(parent)
    theme.dress_menu(menu)
    menu.setObjectName(name)
    menu.aboutToHide.connect(menu.deleteLater)
    return menu


def _add(menu: QMenu, words: str, act: Callable[[], None], name: str) -> QAction:
    action = menu.addAction(words)
    action.setObjectName(name)
    action.triggered.connect(lambda _checked=False: act())
    return action


def _make_choice(action: QAction, group: QActionGroup, *, is_chosen: bool) -> None:
    action.setCheckable(True)
    group.addAction(action)
    action.setChecked(is_chosen)


def _label(name: str) -> str:
    return plain(name, NAME_LIMIT).replace("&", "&&")
