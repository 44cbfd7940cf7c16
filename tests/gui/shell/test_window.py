"""The whole window over the fakes: routes, keys, names, panels and faces."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QHeaderView,
    QLineEdit,
    QScrollBar,
    QWidget,
)

from player.account.port import ConnectionPhase, ConnectionState
from player.domain.playback import Status
from player.errors import NetworkError
from player.settings import LAST_PAGE, PANEL, WINDOW_PLACE
from tests.gui.shell.conftest import World
from tests.support.fake_accounts import DEMO, PROFILE
from ui.history import History, Route, Visit
from ui.shortcuts import BINDINGS
from ui.widgets.seek_bar import bars
from ui.window import Window


def press(window: Window, keys: str) -> None:
    """As the system delivers it: to the native window, on to whatever has the focus."""
    combination = QKeySequence(keys)[0]  # type: ignore[index]  # the stubs of PySide leave it out
    QTest.keyClick(window.windowHandle(), combination.key(), combination.keyboardModifiers())


def click(window: Window, button: Qt.MouseButton) -> None:
    QTest.mouseClick(window.windowHandle(), button, Qt.KeyboardModifier.NoModifier, window.rect().center())


class TestKeys:
    def test_space_plays_and_pauses(self, world: World, window: Window) -> None:
        world.play()
        press(window, "Space")
        world.until(lambda: world.playback.state.status is Status.PAUSED)

    def test_space_is_a_letter_while_typing(self, world: World, window: Window) -> None:
        world.play()
        window.shell.focus_search()
        field = window.shell.topbar.search
        for keys in ("a", "Space", "m"):
            press(window, keys)

        assert field.text() == "a m"
        assert world.playback.state.status is Status.PLAYING
        assert not world.playback.state.is_muted

    @pytest.mark.parametrize(("keys", "index"), [("Ctrl+Right", 3), ("Ctrl+Left", 1)])
    def test_songs(self, world: World, window: Window, keys: str, index: int) -> None:
        world.play(start=2)
        press(window, keys)
        world.until(lambda: world.playback.queue.index == index)

    def test_five_seconds(self, world: World, window: Window) -> None:
        world.play()
        world.playback.advance(20.0)
        press(window, "Right")
        world.until(lambda: world.playback.state.position_s == 25.0)
        press(window, "Left")
        world.until(lambda: world.playback.state.position_s == 20.0)

    def test_volume_and_mute(self, world: World, window: Window) -> None:
        press(window, "M")
        world.until(lambda: world.playback.state.is_muted)
        window.shell.transport_presenter.set_volume(0.5)
        world.until(lambda: world.playback.state.volume == 0.5)

    @pytest.mark.parametrize("keys", ["Ctrl+L", "/"])
    def test_search_has_the_focus(self, window: Window, keys: str) -> None:
        press(window, keys)
        assert window.focusWidget() is window.shell.topbar.search

    def test_mouse_buttons_go_through_the_history(self, world: World, window: Window) -> None:
        window.shell.router.open_library("songs")
        click(window, Qt.MouseButton.BackButton)
        assert window.shell.router.route == Route("home")
        click(window, Qt.MouseButton.ForwardButton)
        assert window.shell.router.route == Route("library", "songs")

    def test_keys_are_dead_outside_the_player(self, world: World, window: Window) -> None:
        world.play()
        window.entrance.choose_place()
        press(window, "Space")
        assert world.playback.state.status is Status.PLAYING

    def test_the_table_has_no_key_twice(self) -> None:
        keys = [QKeySequence(each).toString() for binding in BINDINGS for each in binding.keys]
        assert len(keys) == len(set(keys))

    def test_the_sheet_names_every_key(self, window: Window) -> None:
        window.open_sheet()
        sheet = window.findChild(QWidget, "shortcut_sheet")
        assert sheet is not None
        words = {label.text() for label in sheet.findChildren(QWidget) if hasattr(label, "text")}
        assert {binding.words for binding in BINDINGS} <= words
        sheet.close()


class TestRoutes:
    def test_every_page_opens_and_back_returns(self, world: World, window: Window) -> None:
        router, catalogue = window.shell.router, world.service.catalogue
        router.open_album(catalogue.albums[0].id)
        router.open_artist(catalogue.artists[0].id)
        router.open_search("night")
        router.open_search("night f")
        router.open_library("albums")
        router.back()
        assert router.route == Route("search", "night f")
        assert window.shell.topbar.search.text() == "night f"
        router.back()
        router.back()
        router.back()
        assert router.route == Route("home")
        assert not window.shell.topbar.back.isEnabled()

    def test_the_page_and_place_are_remembered(self, world: World, window: Window) -> None:
        window.shell.router.open_library("artists")
        window.close()
        assert world.core.settings.get(LAST_PAGE) == "library:artists"
        assert world.core.settings.get(WINDOW_PLACE)

    def test_a_remembered_page_that_makes_no_sense_is_home(self, window: Window) -> None:
        window.shell.router.recall("album:")
        assert window.shell.router.route == Route("home")

    def test_history_is_pure(self) -> None:
        history = History()
        for name in ("home", "library", "album"):
            history.visit(Route(name))
        assert history.step(-1) == Visit(Route("library"))
        history.keep_place(7)
        history.visit(Route("search"))
        assert history.step(1) is None
        assert history.step(-1) == Visit(Route("library"), 7)


class TestParts:
    def test_panels_open_and_close(self, world: World, window: Window) -> None:
        for panel in ("queue", "lyrics", "stream"):
            window.shell.show_panel(panel)
            assert window.shell.right_panel.isVisible()
            assert world.core.settings.get(PANEL) == panel
        window.shell.transport.sound.badge.click()
        assert not window.shell.right_panel.isVisible()

    def test_reconnecting_offers_to_try_now(self, world: World, window: Window) -> None:
        notice = window.shell.connection_notice
        world.play()
        world.playback.become(Status.BUFFERING)
        world.until(lambda: window.shell.transport_presenter.state.quality == "Buffering")
        assert not notice.isVisible()
        world.playback.become(Status.RECONNECTING, NetworkError("away"), retry_in_s=6.2)
        world.until(notice.isVisible)
        assert "Next try in 7 s" in notice.words.text()
        notice.retry.click()
        world.until(lambda: world.playback.retries == 1)

    def test_a_click_on_the_waveform_seeks(self, world: World, window: Window) -> None:
        world.play()
        bar = window.shell.transport.seek_bar
        world.until(lambda: bar.maximum() > 0)
        QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.rect().center())
        half = world.tracks[0].duration_s / 2
        world.until(lambda: abs(world.playback.state.position_s - half) < half / 50)

    def test_signing_out_leads_to_the_choice(self, world: World, window: Window) -> None:
        window.entrance.sign_out()
        world.until(window.first_run.isVisible)
        assert window.shell.router.route is None
        world.accounts.become(ConnectionState(ConnectionPhase.ONLINE, DEMO, PROFILE))
        world.until(lambda: window.shell.isVisible() and window.shell.router.route is not None)

    def test_toasts_float_over_the_page(self, window: Window) -> None:
        done: list[int] = []
        window.shell.toasts.show("Removed 2 songs", lambda: done.append(1))
        stack = window.shell.toast_stack
        assert stack.isVisible()
        undo = next(button for button in stack.findChildren(QAbstractButton) if button.text() == "Undo")
        undo.click()
        assert done == [1]
        assert not stack.isVisible()


@pytest.mark.parametrize("panel", ["queue", "lyrics", "stream"])
def test_every_control_has_a_name_and_takes_the_focus(world: World, window: Window, panel: str) -> None:
    world.play()
    window.shell.show_panel(panel)
    for page in ("home", "library", "search"):
        window.shell.open_place(page)
    kinds = (QAbstractButton, QAbstractSlider, QLineEdit, QAbstractItemView)
    controls = [
        each for kind in kinds for each in window.findChildren(kind) if _is_ours(each) and not each.isHidden()
    ]
    assert len(controls) > 30
    nameless = [
        f"{type(each).__name__} in {type(each.parent()).__name__}" for each in controls if not each.accessibleName()
    ]
    assert nameless == []
    mute = [each.accessibleName() for each in controls if each.focusPolicy() is Qt.FocusPolicy.NoFocus]
    assert mute == []


def _is_ours(widget: QWidget) -> bool:
    """Not a part of a view: its header and its bars, which the keyboard moves through the view."""
    return type(widget).__module__.startswith("ui.") and not isinstance(widget, (QHeaderView, QScrollBar))


def test_bars_keep_the_loudest_of_their_share() -> None:
    peaks = bytes([0, 255, 10, 20])
    assert bars(peaks, 2) == [1.0, pytest.approx(0.12)]
    assert bars(bytes([10, 100]), 2) == [pytest.approx(0.12), 1.0], "a quiet song fills the height too"
    assert bars(b"", 3) == []
    assert len(bars(peaks, 100)) == 100
