"""The whole main job by keyboard alone: first run, home, search, play, queue, playlist; no mouse."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtGui import QContextMenuEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from player.clock import SystemClock
from player.domain.playback import Status
from player.runtime import Runtime
from player.settings import PANEL, Settings
from tests.gui.shell.conftest import World
from tests.support.fake_accounts import FakeAccounts
from tests.support.fake_playback import FakePlayback
from tests.support.fake_service import FakeService
from ui.core import Core
from ui.theme.theme import Theme
from ui.window import Window

MOST_TABS = 60


class Keyboard:
    def __init__(self, window: Window) -> None:
        self._window = window

    def press(self, *keys: str) -> None:
        for each in keys:
            combination = QKeySequence(each)[0]  # type: ignore[index]  # the stubs of PySide leave it out
            target = self._window.windowHandle()
            QTest.keyClick(target, combination.key(), combination.keyboardModifiers())

    def type(self, text: str) -> None:
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClicks(focused, text)

    def open_menu(self) -> None:
        """The Menu key: the system's plugin makes an event of it, which the offscreen one does not."""
        focused = QApplication.focusWidget()
        assert focused is not None
        middle = focused.rect().center()
        reason = QContextMenuEvent.Reason.Keyboard
        QApplication.sendEvent(focused, QContextMenuEvent(reason, middle, focused.mapToGlobal(middle)))

    def tab_to(self, name: str) -> None:
        """Until something whose name begins with `name` has the focus."""
        passed = []
        for _ in range(MOST_TABS):
            self.press("Tab")
            focused = QApplication.focusWidget()
            passed.append(focused.accessibleName() if focused else "")
            if passed[-1].startswith(name):
                return
        pytest.fail(f"Tab never came to {name!r}, only to {passed}")


@pytest.fixture
def world(runtime: Runtime, qtbot: QtBot) -> World:
    """Nobody was ever signed in."""
    service, playback = FakeService(), FakePlayback()
    accounts = FakeAccounts(service, is_online=False)
    return World(
        Core(runtime, accounts, playback, Settings({"ui.theme": "dark"})), service, accounts, playback, qtbot
    )


@pytest.fixture
def window(world: World, theme: Theme) -> Iterator[Window]:
    window = Window(world.core, theme, SystemClock())
    window.show()
    window.activateWindow()
    world.until(window.isActiveWindow)
    window.start()
    world.until(window.first_run.isVisible)
    yield window
    window.close()
    window.deleteLater()


def test_the_main_job(world: World, window: Window, theme: Theme) -> None:
    keys, playback = Keyboard(window), world.playback
    keys.tab_to("Just show me")
    assert theme.shows_focus
    keys.press("Space")
    keys.tab_to("Start listening")
    keys.press("Space")
    world.until(window.shell.isVisible)
    assert is_on(window, "home")

    keys.press("/")
    keys.type("harbour")
    page = window.shell.router.page
    assert page is not None
    table = page.main_table()
    assert table is not None
    world.until(lambda: table.model().rowCount() > 0 and table.isVisible())
    keys.tab_to("Songs")
    keys.press("Return")
    world.until(lambda: playback.state.status is Status.PLAYING)

    keys.press("Ctrl+Return")
    world.until(lambda: len(playback.queue.order) > 1 and playback.queue.order[1].is_picked)
    keys.press("Ctrl+4")
    assert world.core.settings.get(PANEL) == "queue"
    while QApplication.focusWidget() is not window.shell.queue_panel.list:  # its tab and its button are named so too
        keys.tab_to("Queue")
    keys.press("Down", "Down", "Delete")
    world.until(lambda: not any(entry.is_picked for entry in playback.queue.order))
    keys.tab_to("Undo")
    keys.press("Space")
    world.until(lambda: any(entry.is_picked for entry in playback.queue.order))

    keys.press("Ctrl+N")
    world.until(lambda: is_on(window, "playlist"))
    keys.press("Ctrl+L")
    keys.type("harbour")
    world.until(lambda: table.isVisible() and table.model().rowCount() > 0)
    keys.tab_to("Songs")
    keys.open_menu()
    add_to_newest_playlist(keys, world)
    world.until(lambda: "edit_playlist" in world.service.calls)
    keys.press("Space")
    world.until(lambda: playback.state.status is Status.PAUSED)


def add_to_newest_playlist(keys: Keyboard, world: World) -> None:
    """With the arrows through the menu that is open."""
    world.until(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    walk(lambda action: action.startswith("Add to playlist"))
    press_in_menu("Right")
    walk(lambda action: action == "Focus")
    press_in_menu("Return")


def walk(wanted: Callable[[str], bool]) -> None:
    for _ in range(20):
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        action = menu.activeAction()
        if action is not None and wanted(action.text().replace("&", "")):
            return
        press_in_menu("Down")
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    pytest.fail(f"not in the menu: {[action.text() for action in menu.actions()]}")


def press_in_menu(key: str) -> None:
    popup = QApplication.activePopupWidget()
    assert isinstance(popup, QWidget)
    QTest.keyClick(popup, QKeySequence(key)[0].key())  # type: ignore[index]  # as above


def is_on(window: Window, page: str) -> bool:
    route = window.shell.router.route
    return route is not None and route.page == page
