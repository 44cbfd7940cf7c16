"""Text at twice its size and right-to-left: no text is cut by its own widget, nothing leaves the window."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget

from player.settings import CROSSFADE_S, TEXT_SCALE, THEME
from tests.gui.shell.conftest import World
from ui.theme.theme import Theme
from ui.window import Window


def routes(world: World, window: Window) -> Iterator[str]:
    router, catalogue = window.shell.router, world.service.catalogue
    for name, go in (
        ("home", router.open_home),
        ("library", lambda: router.open_library("songs")),
        ("search", lambda: router.open_search("night")),
        ("album", lambda: router.open_album(catalogue.albums[0].id)),
        ("artist", lambda: router.open_artist(catalogue.artists[0].id)),
        ("settings", router.open_settings),
    ):
        go()
        world.until(lambda: router.page is not None and not router.page.presenter.is_loading)
        for _ in range(4):  # a layout that changes a font asks for another layout
            QApplication.processEvents()
        yield name


def cut(window: Window) -> list[str]:
    """Words whose widget is lower than a line of their font."""
    texts: list[tuple[QWidget, str]] = [(each, each.text()) for each in window.findChildren(QLabel)]
    texts += [(each, each.text()) for each in window.findChildren(QAbstractButton)]
    texts += [(each, each.text()) for each in window.findChildren(QLineEdit)]
    return [
        f"{text!r}: {each.height()} px for {each.fontMetrics().height()}"
        for each, text in texts
        if text and each.isVisible() and each.height() < each.fontMetrics().height()
    ]


def outside(window: Window) -> list[str]:
    """Parts of the transport and the top bar that stand beyond their bar."""
    found = []
    for bar in (window.shell.transport, window.shell.topbar):
        for each in bar.findChildren(QWidget):
            place = each.rect().translated(each.mapTo(bar, each.rect().topLeft()))
            if each.isVisible() and not bar.rect().adjusted(-1, -1, 1, 1).contains(place):
                found.append(f"{each.accessibleName() or type(each).__name__} at {place}")
    return found


@pytest.mark.parametrize("panel", ["none", "lyrics", "stream"])
def test_no_text_is_cut_at_twice_its_size(world: World, window: Window, theme: Theme, panel: str) -> None:
    world.play()
    window.resize(1280, 800)
    window.shell.show_panel(panel)
    world.core.settings.set(TEXT_SCALE, 200)
    world.until(lambda: theme.scaled(10) == 20)
    for name in routes(world, window):
        assert cut(window) == [], name
        assert outside(window) == [], name


def test_right_to_left_mirrors_the_window(world: World, window: Window, qapp: QApplication) -> None:
    qapp.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    try:
        world.play()
        for name in routes(world, window):
            assert outside(window) == [], name
        assert window.shell.sidebar.geometry().left() > window.width() // 2
    finally:
        qapp.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


def test_settings_take_effect_where_they_are_set(world: World, window: Window, theme: Theme) -> None:
    from ui.pages.settings import SettingsPage

    window.shell.router.open_settings()
    page = window.shell.router.page
    assert isinstance(page, SettingsPage)
    world.until(lambda: THEME.key in page.rows and TEXT_SCALE.key in page.rows)
    page.rows[THEME.key].chips["Light"].click()
    world.until(lambda: not theme.palette.is_dark)
    row = page.rows[TEXT_SCALE.key]
    QTest.keyClick(row.slider, Qt.Key.Key_Right)
    world.until(lambda: theme.scaled(100) == 110)
    assert row.shown.text() == "110%"
    QTest.keyClick(row.slider, Qt.Key.Key_Home)
    world.until(lambda: world.core.settings.get(TEXT_SCALE) == 100)


def test_a_number_follows_the_hand_and_is_taken_where_it_lets_go(world: World, window: Window) -> None:
    from ui.pages.settings import SettingsPage

    window.shell.router.open_settings()
    page = window.shell.router.page
    assert isinstance(page, SettingsPage)
    world.until(lambda: CROSSFADE_S.key in page.rows)
    row = page.rows[CROSSFADE_S.key]
    assert row.shown.text() == "Off"
    assert row.slider.accessibleName() == "Crossfade"
    middle, end = row.slider.rect().center(), row.slider.rect().topRight()
    QTest.mousePress(row.slider, Qt.MouseButton.LeftButton, pos=middle)
    assert row.shown.text() == "6 s"
    assert world.core.settings.get(CROSSFADE_S) == 0
    QTest.mouseMove(row.slider, end)
    QTest.mouseRelease(row.slider, Qt.MouseButton.LeftButton, pos=end)
    world.until(lambda: world.core.settings.get(CROSSFADE_S) == 12)
    assert row.slider.accessibleDescription() == "12 s"
