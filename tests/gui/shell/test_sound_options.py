"""Speed, sleep timer and output device in the window: menus, keys, chips, the palette, and what is remembered."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from player.domain.sound import SYSTEM_DEVICE, OutputDevice, SleepTimer
from player.settings import OUTPUT_DEVICE, OUTPUT_EXCLUSIVE
from tests.gui.shell.conftest import World
from tests.gui.shell.test_looks import outside
from tests.gui.shell.test_palette import opened, titles
from tests.gui.shell.test_window import press
from ui.presenters.sound_options import SPEEDS, device_name, sleep_left, sleep_words
from ui.window import Window


def menu_of(window: Window, name: str) -> QMenu:
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert menu.objectName() == name
    assert menu.parent() is not None
    return menu


def action_of(menu: QMenu, name: str) -> QAction:
    found = menu.findChild(QAction, name)
    assert isinstance(found, QAction), [each.objectName() for each in menu.findChildren(QAction)]
    return found


def choose(menu: QMenu, name: str) -> None:
    action_of(menu, name).trigger()
    menu.close()


class TestSpeed:
    def test_keys_walk_through_the_speeds(self, world: World, window: Window) -> None:
        world.play()
        up, down = "Ctrl+Shift+Up", "Ctrl+Shift+Down"
        for keys, speed in ((up, 1.1), (up, 1.25), (down, 1.1), ("Ctrl+0", 1.0)):
            press(window, keys)
            world.until(lambda speed=speed: world.playback.state.speed == speed)  # type: ignore[misc]

    def test_the_ends_hold(self, world: World, window: Window) -> None:
        for end, by in ((SPEEDS[-1], 1), (SPEEDS[0], -1)):
            window.shell.sound_presenter.set_speed(end)
            world.until(lambda end=end: world.playback.state.speed == end)  # type: ignore[misc]
            window.shell.sound_presenter.step_speed(by)
            assert world.playback.state.speed == end

    def test_an_unusual_speed_is_shown_and_leads_back(self, world: World, window: Window) -> None:
        chip = window.shell.transport.unusual.speed
        assert not chip.isVisible()
        window.shell.sound_presenter.set_speed(1.5)
        world.until(chip.isVisible)
        assert chip.accessibleName() == "Speed 1.5×"
        chip.click()
        menu = menu_of(window, "speed_menu")
        assert action_of(menu, "speed_1.5").isChecked()
        choose(menu, "speed_1")
        world.until(lambda: not chip.isVisible())


class TestSleep:
    def test_the_menu_sets_the_timer_and_the_chip_counts(self, world: World, window: Window) -> None:
        world.play()
        transport = window.shell.transport
        press(window, "Ctrl+Shift+T")
        choose(menu_of(window, "playback_options_menu"), "sleep_15_min")
        world.until(transport.unusual.sleep.isVisible)
        assert transport.unusual.sleep.text().strip() == "15 min"
        world.playback.advance(61.0)
        world.until(lambda: transport.unusual.sleep.text().strip() == "14 min")
        assert transport.unusual.sleep.accessibleName() == "Sleep timer, 14 min left"
        transport.unusual.sleep.click()
        choose(menu_of(window, "sleep_menu"), "sleep_off")
        world.until(lambda: not transport.unusual.sleep.isVisible())
        assert world.playback.state.sleep is None

    def test_the_window_is_told_of_words_only(self, world: World, window: Window) -> None:
        told: list[object] = []
        world.play()
        world.do(world.playback.set_sleep(SleepTimer(seconds=600.0)))
        world.until(lambda: window.shell.sound_presenter.state.sleep_left == "10 min")
        window.shell.sound_presenter.state_changed.connect(told.append)
        for _ in range(8):
            world.playback.advance(1.0)
        world.playback.advance(60.0)
        world.until(lambda: window.shell.sound_presenter.state.sleep_left == "9 min")
        assert len(told) == 1

    @pytest.mark.parametrize(
        ("timer", "left", "words"),
        [
            (SleepTimer(seconds=59.2), "1 min", "In 1 min"),
            (SleepTimer(seconds=39.2), "40 s", "In 40 s"),
            (SleepTimer(seconds=60.5), "2 min", "In 2 min"),
            (SleepTimer(seconds=3_900.0), "1 h 5 min", "In 1 h 5 min"),
            (SleepTimer(songs=1), "this song", "After this song"),
            (SleepTimer(songs=3), "3 songs", "After 3 songs"),
        ],
    )
    def test_words(self, timer: SleepTimer, left: str, words: str) -> None:
        assert sleep_left(timer) == left
        assert sleep_words(timer) == words


class TestOutput:
    def test_a_device_is_chosen_and_remembered(self, world: World, window: Window) -> None:
        press(window, "Ctrl+Shift+D")
        menu = menu_of(window, "device_menu")
        assert action_of(menu, f"device_{SYSTEM_DEVICE}").isChecked()
        choose(menu, "device_speakers")
        world.until(lambda: world.playback.state.output.device_id == "speakers")
        assert world.core.settings.get(OUTPUT_DEVICE) == "speakers"
        button = window.shell.transport.sound.device
        world.until(lambda: button.accessibleName() == "Output: Speakers")

    def test_alone_where_the_device_can_be_had_so(self, world: World, window: Window) -> None:
        sound = window.shell.transport.sound
        sound.open_devices()
        menu = menu_of(window, "device_menu")
        assert not action_of(menu, "device_exclusive").isEnabled()
        choose(menu, "device_speakers")
        world.until(lambda: window.shell.sound_presenter.state.output.device_id == "speakers")
        sound.open_devices()
        choose(menu_of(window, "device_menu"), "device_exclusive")
        world.until(lambda: world.playback.state.output.is_exclusive)
        assert world.core.settings.get(OUTPUT_EXCLUSIVE)
        window.shell.sound_presenter.choose_device("headphones")
        world.until(lambda: world.playback.state.output.device_id == "headphones")
        assert not world.playback.state.output.is_exclusive
        assert not world.core.settings.get(OUTPUT_EXCLUSIVE)

    def test_a_device_that_is_away_stays_chosen_and_says_so(self, world: World, window: Window) -> None:
        world.do(world.playback.set_output("dac"))
        button = window.shell.transport.sound.device
        world.until(lambda: button.accessibleName() == "Output: dac, not connected")
        window.shell.transport.sound.open_devices()
        menu = menu_of(window, "device_menu")
        away = action_of(menu, "device_away")
        assert away.isChecked()
        assert not away.isEnabled()
        menu.close()

    def test_names_come_from_the_device(self) -> None:
        devices = (OutputDevice("alsa/hw:0", "Built-in & co"),)
        assert device_name(devices, "alsa/hw:0") == "Built-in & co"
        assert device_name(devices, SYSTEM_DEVICE) == "System default"


class TestPalette:
    @pytest.mark.parametrize(
        ("letters", "title"),
        [
            ("play at 1.25", "Play at 1.25× speed"),
            ("sleep 30", "Sleep in 30 min"),
            ("play on head", "Play on Headphones"),
            ("faster", "Faster"),
        ],
    )
    def test_everything_is_found(self, window: Window, letters: str, title: str) -> None:
        palette = opened(window)
        QTest.keyClicks(palette.field, letters)
        assert titles(palette)[0] == title
        QTest.keyClick(palette.field, Qt.Key.Key_Escape)

    def test_a_timer_is_set_from_it(self, world: World, window: Window) -> None:
        palette = opened(window)
        QTest.keyClicks(palette.field, "sleep after")
        QTest.keyClick(palette.field, Qt.Key.Key_Return)
        world.until(lambda: world.playback.state.sleep == SleepTimer(songs=1))


def test_a_narrow_window_has_room_for_all(world: World, window: Window) -> None:
    world.play()
    window.shell.sound_presenter.set_speed(1.5)
    world.do(world.playback.set_sleep(SleepTimer(seconds=7_500.0)))
    world.until(window.shell.transport.unusual.sleep.isVisible)
    window.resize(window.minimumSize())
    QApplication.processEvents()
    assert window.width() == window.minimumWidth()
    assert not window.shell.transport.sound.volume.isVisible()
    assert outside(window) == []
    window.resize(1280, 800)
    world.until(window.shell.transport.sound.volume.isVisible)
