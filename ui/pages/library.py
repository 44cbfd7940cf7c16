"""The library: songs, albums, artists, playlists, genres and liked songs, each in a list that scrolls itself.

The tabs stay in sight whatever state the list is in.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from player.domain.catalogue import Genre, Track
from player.domain.playback import QueueSource
from ui.models.cards import CardModel, card_of
from ui.models.songs import SongModel, rows_of
from ui.pages.catalogue_page import CataloguePage, PagePlace
from ui.presenters.library import SORTS, LibraryKind, LibraryPresenter, LibraryView, MoreRows
from ui.presenters.states import Loading, Ready, ViewState
from ui.theme.tokens import SPACE, TYPE
from ui.widgets.buttons import Chip, SecondaryPill
from ui.widgets.card_grid import CardList, Spread
from ui.widgets.context import PageContext
from ui.widgets.field import SEARCH, Field
from ui.widgets.plain_label import PlainLabel
from ui.widgets.song_rows import LIST_LOOK
from ui.widgets.song_table import SongTable
from ui.wording import counted, plain

NOUNS = {LibraryKind.LIKED: "liked song", LibraryKind.GENRES: "genre"}
FILTER_WIDTH = 200


class LibraryPage(CataloguePage):
    kind_changed = Signal(str)
    """for the window's history and settings"""

    def __init__(self, context: PageContext) -> None:
        self._presenter = LibraryPresenter(context.core.accounts, self.scope_of(context))
        super().__init__(context, self._presenter, "Library")
        theme = context.theme
        self._tabs = {kind: Chip(theme, kind.value.capitalize()) for kind in LibraryKind}
        self._genre = Chip(theme, "")
        self._count = PlainLabel(theme, size=TYPE.small, role="muted")
        self._sort = SecondaryPill(theme, "", "arrows-down-up")
        self._filter = Field(theme, SEARCH)
        self._filter.setPlaceholderText("Filter")
        self._filter.setClearButtonEnabled(True)
        self._filter.setMaxLength(200)
        self._filter.setFixedWidth(FILTER_WIDTH)
        self._filter.setAccessibleName("Filter this list")
        self._songs = SongModel(self)
        self._table = SongTable(context, self._songs, LIST_LOOK, self._source, fits_content=False)
        self._cards = CardModel(self)
        self._grid = CardList(context, self._cards, Spread.GRID, "Library")
        self._lists = QStackedWidget()
        self._none = PlainLabel(theme, role="muted", wraps=True)
        self._lay_out()
        self._connect()

    def open(self, kind: str = "", *, genre: str | None = None) -> None:
        """`kind` as in `Navigator.open_library`; empty or unknown is the one shown last."""
        known = {each.value for each in LibraryKind}
        self._filter.clear()
        self._presenter.open(LibraryKind(kind) if kind in known else self._presenter.kind, genre=genre)
        self._show_tools()

    def focus_filter(self) -> bool:
        if self._filter.isVisible():
            self._filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self._filter.selectAll()
        return self._filter.isVisible()

    @property
    def kind(self) -> str:
        return self._presenter.kind.value

    def main_table(self) -> SongTable:
        return self._table

    def place(self) -> PagePlace:
        part = self._table if self._shows_songs else self._grid
        rows = self._table.selected_rows() if self._shows_songs else ()
        return PagePlace(part.verticalScrollBar().value(), rows, self.kind)

    def _take_place(self) -> None:
        place, self._return_to = self._return_to, None
        if place is not None:
            part = self._table if self._shows_songs else self._grid
            if self._shows_songs and place.rows and place.rows[-1] < self._songs.rowCount():
                self._table.select_rows(range(place.rows[0], place.rows[-1] + 1))
            part.verticalScrollBar().setValue(place.scroll)

    def _on_state(self, state: ViewState[Any]) -> None:
        if not isinstance(state, (Ready, Loading)):
            self._count.set_text("")
        super()._on_state(state)

    def show_ready(self, view: LibraryView) -> None:
        self._show_tools()
        if self._shows_songs:
            tracks = tuple(row for row in view.rows if isinstance(row, Track))
            self._songs.show_rows(rows_of(tracks), has_more=view.has_more)
        else:
            self._cards.show_cards([card_of(row) for row in view.rows], has_more=view.has_more)
        self._grid.setAccessibleName(view.kind.value.capitalize())
        noun = NOUNS.get(view.kind, view.kind.value.removesuffix("s"))
        self._count.set_text("" if view.total is None else counted(view.total, noun))
        self._none.set_text(f"Nothing here matches “{plain(view.filter or view.genre or '', 60)}”.")
        parts: dict[bool, QWidget] = {True: self._table, False: self._grid}
        self._lists.setCurrentWidget(parts[self._shows_songs] if view.rows else self._none)

    @property
    def _shows_songs(self) -> bool:
        return self._presenter.kind in {LibraryKind.SONGS, LibraryKind.LIKED}

    def _show_tools(self) -> None:
        kind, genre = self._presenter.kind, self._presenter.genre
        for each, tab in self._tabs.items():
            tab.setChecked(each is kind)
        self._genre.setVisible(genre is not None)
        if genre is not None:
            self._genre.setText(f"{plain(genre, 40).replace('&', '&&')}  ×")
            self._genre.rename(f"Show every genre, not only {plain(genre, 40)}")
            self._genre.setChecked(True)
        choices = SORTS.get(kind, ())
        self._sort.setVisible(bool(choices))
        label = next((choice.label for choice in choices if choice.key == self._presenter.sort), "")
        self._sort.setText(label)
        self._sort.rename(f"Sorted by {label}")
        self._filter.setVisible(kind is not LibraryKind.LIKED)

    def _lay_out(self) -> None:
        tabs = QHBoxLayout()
        tabs.setSpacing(SPACE.s)
        group = QButtonGroup(self)
        for tab in self._tabs.values():
            group.addButton(tab)
            tabs.addWidget(tab)
        tabs.addWidget(self._genre)
        tabs.addStretch(1)
        tabs.addWidget(self._count)
        tools = QHBoxLayout()
        tools.setSpacing(SPACE.s)
        tools.addWidget(self._filter)
        tools.addWidget(self._sort)
        tools.addStretch(1)
        head = QWidget()
        column = QVBoxLayout(head)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE.m)
        column.addLayout(tabs)
        column.addLayout(tools)
        column_of_page = self._column.layout()
        assert isinstance(column_of_page, QVBoxLayout)
        column_of_page.insertWidget(1, head)  # above the states: tabs stay usable whatever the list is
        for part in (self._table, self._grid, self._none):
            self._lists.addWidget(part)
        self.body.addWidget(self._lists, 1)

    def _connect(self) -> None:
        presenter, songs = self._presenter, self.context.songs
        for kind, tab in self._tabs.items():
            tab.clicked.connect(partial(self._choose, kind))
        self._genre.clicked.connect(lambda _on: self._open_here(presenter.kind, None))
        self._sort.clicked.connect(self._offer_sorts)
        self._filter.textEdited.connect(presenter.filter_by)
        self._filter.textChanged.connect(lambda text: presenter.filter_by("") if not text else None)
        self._songs.more_wanted.connect(presenter.fetch_more)
        self._cards.more_wanted.connect(presenter.fetch_more)
        presenter.more_arrived.connect(self._on_more)
        self._grid.opened.connect(self._on_opened)
        songs.playlists_changed.connect(self._on_playlists)

    def _choose(self, kind: LibraryKind, _checked: bool = False) -> None:
        self._open_here(kind, None)
        self.kind_changed.emit(kind.value)

    def _open_here(self, kind: LibraryKind, genre: str | None) -> None:
        self.open(kind.value, genre=genre)

    def _offer_sorts(self) -> None:
        menu = QMenu(self)
        self.context.theme.dress_menu(menu)
        menu.aboutToHide.connect(menu.deleteLater)
        for choice in SORTS.get(self._presenter.kind, ()):
            action = menu.addAction(choice.label)
            action.setCheckable(True)
            action.setChecked(choice.key == self._presenter.sort)
            action.triggered.connect(partial(self._sort_by, choice.key))
        menu.popup(self._sort.mapToGlobal(self._sort.rect().bottomLeft()))

    def _sort_by(self, key: str, _checked: bool = False) -> None:
        self._presenter.sort_by(key)
        self._show_tools()

    def _on_more(self, more: MoreRows) -> None:
        if self._shows_songs:
            tracks = tuple(row for row in more.rows if isinstance(row, Track))
            self._songs.append(rows_of(tracks), has_more=more.has_more)
        else:
            self._cards.append([card_of(row) for row in more.rows], has_more=more.has_more)

    def _on_opened(self, item: object) -> None:
        if isinstance(item, Genre):
            self._open_here(LibraryKind.SONGS, item.name)

    def _on_playlists(self, _playlists: object) -> None:
        if self._presenter.kind is LibraryKind.PLAYLISTS:
            self._presenter.reload()

    def _source(self) -> QueueSource | None:
        presenter = self._presenter
        if presenter.kind is LibraryKind.LIKED:
            return QueueSource("liked", "", "Liked songs")
        if presenter.genre is not None:
            return QueueSource("genre", presenter.genre, presenter.genre)
        return QueueSource("songs", "", "Songs")
