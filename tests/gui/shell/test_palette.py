"""The command palette: commands at once, the library's answer after them, and keys that walk and act."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from player.domain.playback import Status
from tests.gui.shell.conftest import World
from tests.gui.shell.test_window import press
from ui.history import Route
from ui.presenters.palette import PaletteEntry, matching
from ui.widgets.palette import Palette
from ui.window import Window


def opened(window: Window) -> Palette:
    press(window, "Ctrl+K")
    palette = window.findChild(Palette)
    assert isinstance(palette, Palette)
    assert palette.isVisible()
    assert QApplication.focusWidget() is palette.field
    return palette


def titles(palette: Palette) -> list[str]:
    rows = range(palette.entries.rowCount())
    return [str(palette.entries.index(row).data()) for row in rows]


def test_a_command_is_found_and_done(window: Window) -> None:
    palette = opened(window)
    QTest.keyClicks(palette.field, "libr")
    assert titles(palette)[0] == "Library"
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert window.shell.router.route == Route("library")
    assert not palette.isVisible()


def test_items_of_the_library_follow(world: World, window: Window) -> None:
    palette = opened(window)
    QTest.keyClicks(palette.field, "harbour lights")
    world.until(lambda: "Harbour Lights" in titles(palette))
    for _ in range(titles(palette).index("Harbour Lights")):
        QTest.keyClick(palette.field, Qt.Key.Key_Down)
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    world.until(lambda: world.playback.state.status is Status.PLAYING)
    entry = world.playback.state.entry
    assert entry is not None
    assert entry.track.title == "Harbour Lights"


def test_escape_closes_and_gives_the_keys_back(world: World, window: Window) -> None:
    world.play()
    palette = opened(window)
    press(window, "Space")
    assert world.playback.state.status is Status.PLAYING, "a space is a letter here"
    press(window, "Escape")
    assert not palette.isVisible()
    press(window, "Space")
    world.until(lambda: world.playback.state.status is Status.PAUSED)


def test_walking_goes_round(window: Window) -> None:
    palette = opened(window)
    palette.walk(-1)
    assert palette.list.currentIndex().row() == palette.entries.rowCount() - 1
    palette.walk(1)
    assert palette.list.currentIndex().row() == 0


def test_words_match_where_words_begin() -> None:
    entries = [PaletteEntry(title, "", "play", lambda: None) for title in ("Next song", "Play next", "Louder")]
    assert [entry.title for entry in matching(entries, "ne so")] == ["Next song"]
    assert [entry.title for entry in matching(entries, "NEXT")] == ["Next song", "Play next"]
    assert matching(entries, "ong") == ()
