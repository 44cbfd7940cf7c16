"""The pages themselves, offscreen: keys, menus, drops, states, and that they paint what the presenters say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QMenu, QWidget
from pytestqt.qtbot import QtBot

from player.domain.ids import PlaylistId, TrackId
from player.errors import NetworkError
from player.runtime import Runtime
from player.settings import RECENT_SEARCHES
from tests.gui.pages.conftest import Surroundings
from tests.gui.pages.gates import Gate
from ui.models.songs import SongModel, rows_of
from ui.pages.album import AlbumPage
from ui.pages.artist import ArtistPage
from ui.pages.catalogue_page import CataloguePage, PagePlace
from ui.pages.home import HomePage
from ui.pages.library import LibraryPage
from ui.pages.playlist import PlaylistPage
from ui.pages.search import SearchPage
from ui.presenters.states import Ready
from ui.widgets.card_grid import CardList
from ui.widgets.song_menu import song_menu
from ui.widgets.song_rows import LIST_LOOK
from ui.widgets.song_table import SongTable


class NoonClock:
    def monotonic_s(self) -> float:
        return 0.0

    def wall_s(self) -> float:
        return 1_700_000_000.0


def shown(qtbot: QtBot, page: CataloguePage, width: int = 1068, height: int = 650) -> None:
    qtbot.addWidget(page)
    page.resize(width, height)
    page.show()
    qtbot.waitUntil(lambda: isinstance(page.presenter.state, Ready), timeout=20_000)


def current(around: Surroundings) -> str | None:
    entry = around.playback.state.entry
    return None if entry is None else entry.track.title


@pytest.fixture
def album(qtbot: QtBot, around: Surroundings) -> AlbumPage:
    page = AlbumPage(around.context)
    page.open(around.service.catalogue.albums[0].id)
    shown(qtbot, page)
    return page


def table_of(page: CataloguePage) -> SongTable:
    table = page.main_table()
    assert table is not None
    return table


def test_return_plays_shift_return_plays_next_and_ctrl_return_queues(
    qtbot: QtBot, around: Surroundings, album: AlbumPage
) -> None:
    table = table_of(album)
    table.select_rows(range(2, 2 + 1))
    QTest.keyClick(table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: current(around) == "Night Ferry", timeout=20_000)
    table.select_rows(range(0 + 1))
    QTest.keyClick(table, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    table.select_rows(range(1, 1 + 1))
    QTest.keyClick(table, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(around.playback.queue.order) == 8, timeout=20_000)
    picked = [entry.track.title for entry in around.playback.queue.order if entry.is_picked]
    assert picked == ["Casting Off", "Harbour Lights"]
    album.close_page()


def test_letters_jump_to_a_title(qtbot: QtBot, album: AlbumPage) -> None:
    table = table_of(album)
    table.setFocus()
    QTest.keyClicks(table, "fo")
    assert table.currentIndex().row() == 4
    album.close_page()


def test_the_playing_row_is_marked_and_likes_show_everywhere(
    qtbot: QtBot, around: Surroundings, album: AlbumPage
) -> None:
    before = album.grab().toImage()
    table_of(album).play_row(1)
    qtbot.waitUntil(lambda: around.context.now.heard.is_playing, timeout=20_000)
    assert album.grab().toImage() != before
    heart = next(
        button for button in album.findChildren(QAbstractButton) if button.accessibleName().startswith("Like")
    )
    QTest.mouseClick(heart, Qt.MouseButton.LeftButton)
    model = table_of(album).model()
    assert isinstance(model, SongModel)
    assert all(track.is_liked for track in model.tracks)
    qtbot.waitUntil(lambda: around.service.calls.count("set_liked") == 6, timeout=20_000)
    album.close_page()


def test_a_page_gives_and_takes_back_its_place(qtbot: QtBot, around: Surroundings) -> None:
    page = AlbumPage(around.context)
    page.open(around.service.catalogue.albums[4].id)
    shown(qtbot, page, 700, 300)
    qtbot.waitUntil(lambda: page.verticalScrollBar().maximum() > 120, timeout=20_000)
    table_of(page).select_rows(range(2, 4))
    page.verticalScrollBar().setValue(120)
    kept = page.place()
    assert kept == PagePlace(120, (2, 3))
    page.open(around.service.catalogue.albums[0].id)
    qtbot.waitUntil(lambda: isinstance(page.presenter.state, Ready), timeout=20_000)
    page.open(around.service.catalogue.albums[4].id)
    page.return_to(kept)
    qtbot.waitUntil(lambda: page.place() == kept, timeout=20_000)
    page.close_page()


def test_offline_says_so_and_try_now_loads(qtbot: QtBot, around: Surroundings, runtime: Runtime) -> None:
    gate = Gate(runtime)
    gate.failures["artist"] = [NetworkError()]
    around.service.before = gate
    page = ArtistPage(around.context)
    qtbot.addWidget(page)
    page.open(around.service.catalogue.artists[0].id)
    page.show()
    qtbot.waitUntil(page.message.isVisible, timeout=20_000)
    button = page.message.findChild(QAbstractButton)
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: isinstance(page.presenter.state, Ready), timeout=20_000)
    assert page.content.isVisible()
    page.close_page()


def test_search_highlights_remembers_and_plays_the_top(qtbot: QtBot, around: Surroundings) -> None:
    page = SearchPage(around.context)
    shown(qtbot, page)
    page.type("night f")
    page.play_top()
    qtbot.waitUntil(lambda: current(around) is not None, timeout=20_000)
    page.type("")
    assert around.context.core.settings.get(RECENT_SEARCHES) == "night f"
    page.close_page()


def test_library_tabs_genres_and_filter(qtbot: QtBot, around: Surroundings) -> None:
    page = LibraryPage(around.context)
    page.open("genres")
    shown(qtbot, page)
    grid = page.findChild(CardList)
    assert grid is not None
    grid.setCurrentIndex(grid.model().index(2, 0))
    QTest.keyClick(grid, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: table_of(page).model().rowCount() == 10, timeout=20_000)
    field = page.findChild(QLineEdit)
    assert field is not None
    QTest.keyClicks(field, "slack")
    qtbot.waitUntil(lambda: table_of(page).model().rowCount() == 1, timeout=20_000)
    page.open("albums")
    qtbot.waitUntil(lambda: grid.model().rowCount() == 5, timeout=20_000)
    assert page.kind == "albums"
    page.close_page()


# ---- playlists


@pytest.fixture
def playlist(qtbot: QtBot, around: Surroundings) -> PlaylistPage:
    page = PlaylistPage(around.context)
    page.open(PlaylistId("pl_1"))
    shown(qtbot, page)
    return page


def titles(page: CataloguePage) -> list[str]:
    model = table_of(page).model()
    assert isinstance(model, SongModel)
    return [track.title for track in model.tracks]


def drop(table: SongTable, mime: QMimeData, row: int) -> None:
    place = QPointF(20, row * table.verticalHeader().defaultSectionSize())
    actions = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
    table.dropEvent(QDropEvent(place, actions, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier))


def test_rows_are_dragged_into_order_and_songs_dropped_in(
    qtbot: QtBot, around: Surroundings, playlist: PlaylistPage
) -> None:
    table, before = table_of(playlist), titles(playlist)
    drop(table, table.model().mimeData([table.model().index(0, 1)]), 3)
    moved = [before[1], before[2], before[0], *before[3:]]
    assert titles(playlist) == moved
    assert table.selected_rows() == (2,)
    others = SongModel()
    others.show_rows(rows_of(around.service.catalogue.tracks[:1]))
    drop(table, others.mimeData([others.index(0, 0)]), 1)
    qtbot.waitUntil(lambda: titles(playlist) == [moved[0], "Casting Off", *moved[1:]], timeout=20_000)
    playlist.close_page()


def test_delete_removes_and_undo_brings_back(qtbot: QtBot, around: Surroundings, playlist: PlaylistPage) -> None:
    table, before = table_of(playlist), titles(playlist)
    table.select_rows(range(1, 3))
    QTest.keyClick(table, Qt.Key.Key_Delete)
    assert titles(playlist) == [before[0], *before[3:]]
    toast = around.context.toasts.shown[-1]
    assert toast.text == "Removed 2 songs"
    around.context.toasts.undo(toast.number)
    qtbot.waitUntil(lambda: titles(playlist) == before, timeout=20_000)
    playlist.close_page()


def test_keys_move_rows_too(qtbot: QtBot, playlist: PlaylistPage) -> None:
    table, before = table_of(playlist), titles(playlist)
    table.select_rows(range(1, 1 + 1))
    QTest.keyClick(table, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert titles(playlist)[:2] == [before[1], before[0]]
    assert table.selected_rows() == (0,)
    playlist.close_page()


def test_the_name_is_edited_in_place(qtbot: QtBot, around: Surroundings, playlist: PlaylistPage) -> None:
    playlist.rename()
    field = next(each for each in playlist.findChildren(QLineEdit) if each.isVisible())
    field.setText("Late trains")
    QTest.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "rename_playlist" in around.service.calls, timeout=20_000)
    assert playlist.accessibleName() == "Playlist Late trains"
    playlist.close_page()


def test_an_empty_playlist_says_what_to_do(qtbot: QtBot, around: Surroundings, runtime: Runtime) -> None:
    made = runtime.call(around.service.create_playlist("Empty")).result(3)
    page = PlaylistPage(around.context)
    page.open(made.playlist.id)
    shown(qtbot, page)
    assert not table_of(page).isVisible()
    assert any("Add the first songs" in label.accessibleName() for label in page.findChildren(QWidget))
    page.close_page()


# ---- every page


PAGES: dict[str, Callable[[Surroundings], CataloguePage]] = {
    "home": lambda around: HomePage(around.context, NoonClock()),
    "album": lambda around: AlbumPage(around.context),
    "artist": lambda around: ArtistPage(around.context),
    "playlist": lambda around: PlaylistPage(around.context),
    "search": lambda around: SearchPage(around.context),
    "library": lambda around: LibraryPage(around.context),
}


def opened(name: str, around: Surroundings) -> CataloguePage:
    page = PAGES[name](around)
    catalogue = around.service.catalogue
    match page:
        case AlbumPage():
            page.open(catalogue.albums[0].id)
        case ArtistPage():
            page.open(catalogue.artists[0].id)
        case PlaylistPage():
            page.open(PlaylistId("pl_1"))
        case SearchPage():
            page.type("na")
        case LibraryPage() | HomePage():
            page.open()
    return page


@pytest.mark.parametrize("name", PAGES)
def test_every_control_has_a_name_and_the_page_paints_in_both_palettes(
    qtbot: QtBot, around: Surroundings, name: str
) -> None:
    page = opened(name, around)
    shown(qtbot, page)
    for control in page.findChildren(QWidget):
        if control.focusPolicy() & Qt.FocusPolicy.TabFocus and control.isVisible():
            # Asking QAccessible itself is no way: PySide frees the interface that Qt's cache goes on using.
            assert control.accessibleName() or (isinstance(control, QAbstractButton) and control.text()), control
    dark = page.grab().toImage()
    around.context.theme.set_mode("light")
    assert page.grab().toImage() != dark
    around.context.theme.set_mode("dark")
    page.close_page()


def test_a_song_menu_offers_only_what_works(qtbot: QtBot, around: Surroundings, album: AlbumPage) -> None:
    tracks = around.service.catalogue.tracks[:1]
    menu = song_menu(around.context, album, tracks, None)
    words = [action.text().partition("\t")[0] for action in menu.actions() if action.text()]
    assert words == ["Play", "Play next", "Add to queue", "Like", "Add to playlist", "Go to album", "Go to artist"]
    go = next(action for action in menu.actions() if action.text() == "Go to artist")
    go.trigger()
    assert around.navigator.went[-1] == ("artist", tracks[0].artists[0].id)
    for leftover in album.findChildren(QMenu):
        leftover.close()
    album.close_page()


def test_a_hundred_thousand_songs_scroll_without_a_widget_each(qtbot: QtBot, around: Surroundings) -> None:
    first = around.service.catalogue.tracks[0]
    model = SongModel()
    table = SongTable(around.context, model, LIST_LOOK, lambda: None, fits_content=False)
    qtbot.addWidget(table)
    table.resize(900, 600)
    table.show()
    model.show_rows(rows_of(replace(first, id=TrackId(f"s{n}"), title=f"Song {n}") for n in range(100_000)))
    table.scrollToBottom()
    assert table.rowAt(table.viewport().height() - 4) == 99_999
    assert len(table.findChildren(QWidget)) < 20
    assert table.indexAt(QPoint(60, 20)).row() > 99_900
