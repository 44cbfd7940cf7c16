"""Search as you type: facets, the top result, songs and shelves (design/search-dark.png).

The field is the window's; it calls `type` with every letter, `play_top` on Return and `focus_results` on Down.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout, QWidget

from player.domain.catalogue import SearchResults
from player.domain.playback import QueueSource
from ui.models.cards import CardItem, card_of
from ui.models.songs import SongModel, rows_of
from ui.pages.catalogue_page import CataloguePage
from ui.presenters.search import Facet, Found, SearchPresenter, SearchView, narrowed
from ui.theme.tokens import SPACE, TYPE
from ui.widgets.buttons import Chip, LinkButton
from ui.widgets.card_shelf import CardShelf
from ui.widgets.context import PageContext
from ui.widgets.page import Message
from ui.widgets.plain_label import PlainLabel
from ui.widgets.recent_searches import RecentSearches
from ui.widgets.song_rows import SEARCH_LOOK
from ui.widgets.song_table import SongTable
from ui.widgets.top_result import TopResult
from ui.wording import plain

SONGS_BESIDE_TOP = 4


class SearchPage(CataloguePage):
    query_chosen = Signal(str)
    """a recent search was chosen: the window puts it into its field"""

    def __init__(self, context: PageContext) -> None:
        core = context.core
        self._presenter = SearchPresenter(core.accounts, self.scope_of(context), core.settings)
        super().__init__(context, self._presenter, "")
        self.setAccessibleName("Search")
        self._view: SearchView | None = None
        theme = context.theme
        self._chips = {facet: Chip(theme, facet.value.capitalize()) for facet in Facet}
        self._summary = PlainLabel(theme, size=TYPE.small, role="muted")
        self._recent = RecentSearches(theme)
        self._nothing = Message(theme)
        self._top = TopResult(context)
        self._songs = SongModel(self)
        self._table = SongTable(context, self._songs, SEARCH_LOOK, self._source)
        self._all_songs = LinkButton(theme, "Show all", name="Show all songs", quiet=True)
        self._shelves = {
            Facet.ALBUMS: CardShelf(context, "Albums"),
            Facet.ARTISTS: CardShelf(context, "Artists"),
            Facet.PLAYLISTS: CardShelf(context, "Playlists"),
        }
        self._lay_out()
        self._connect()
        self._on_state(self._presenter.state)

    def type(self, text: str) -> None:
        self._presenter.type(text)

    def play_top(self) -> None:
        self._presenter.choose_top()

    def focus_results(self) -> None:
        if self._songs.rowCount() and self._table.isVisible():
            self._table.setFocus(Qt.FocusReason.TabFocusReason)
            self._table.selectRow(0)

    def main_table(self) -> SongTable:
        return self._table

    def show_ready(self, view: SearchView) -> None:
        self._view = view
        found = narrowed(view, SONGS_BESIDE_TOP)
        for facet, chip in self._chips.items():
            chip.setChecked(facet is view.facet)
        self._head.setVisible(found is not None)
        self._recent.setVisible(found is None)
        self._recent.show_searches(view.recent)
        self._summary.set_text(view.summary)
        self._results.setVisible(found is not None and not found.is_empty)
        self._nothing.setVisible(found is not None and found.is_empty)
        if found is None:
            return
        if found.is_empty:
            self._say_nothing(view)
        else:
            self._show_results(view, found)

    def _show_results(self, view: SearchView, found: SearchResults) -> None:
        top = view.top if view.facet is Facet.ALL else None
        self._top_part.setVisible(top is not None)
        if top is not None:
            self._top.show_item(top)
        self._songs.show_rows(rows_of(found.tracks))
        self._table.set_query(found.query)
        self._song_part.setVisible(bool(found.tracks))
        has_more = view.results is not None and len(view.results.tracks) > len(found.tracks)
        self._all_songs.setVisible(has_more)
        kinds: dict[Facet, tuple[CardItem, ...]] = {
            Facet.ALBUMS: found.albums,
            Facet.ARTISTS: found.artists,
            Facet.PLAYLISTS: found.playlists,
        }
        for facet, items in kinds.items():
            shelf = self._shelves[facet]
            shelf.setVisible(bool(items))
            if view.facet is facet:
                shelf.set_expanded(True)
            elif view.facet is Facet.ALL:
                shelf.set_expanded(False)
            shelf.show_cards(facet.value.capitalize(), [card_of(item) for item in items])

    def _say_nothing(self, view: SearchView) -> None:
        query = plain(view.results.query if view.results else view.query, 60)
        if view.facet is not Facet.ALL and view.results is not None and not view.results.is_empty:
            self._nothing.say("magnifying-glass", f"No {view.facet.value} for “{query}”", "Other kinds have results.")
        else:
            self._nothing.say(
                "magnifying-glass", f"Nothing found for “{query}”", "Check the spelling, or type fewer letters."
            )

    # ---- building

    def _lay_out(self) -> None:
        self._head = QWidget()
        row = QHBoxLayout(self._head)
        row.setContentsMargins(0, 2, 0, 0)
        row.setSpacing(SPACE.s)
        group = QButtonGroup(self)
        for chip in self._chips.values():
            group.addButton(chip)
            row.addWidget(chip)
        row.addStretch(1)
        row.addWidget(self._summary)
        self._results = QWidget()
        column = QVBoxLayout(self._results)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE.xl)
        column.addLayout(self._first_row())
        for shelf in self._shelves.values():
            column.addWidget(shelf)
        for part in (self._head, self._results, self._nothing, self._recent):
            self.body.addWidget(part)
        self.body.addStretch(1)

    def _first_row(self) -> QHBoxLayout:
        self._top_part, self._song_part = QWidget(), QWidget()
        top = QVBoxLayout(self._top_part)
        top.addWidget(self._heading("Top result"))
        top.addWidget(self._top)
        top.addStretch(1)
        head = QHBoxLayout()
        head.addWidget(self._heading("Songs"), 1)
        head.addWidget(self._all_songs)
        songs = QVBoxLayout(self._song_part)
        songs.addLayout(head)
        songs.addWidget(self._table)
        songs.addStretch(1)
        for part in (top, songs):
            part.setContentsMargins(0, 0, 0, 0)
            part.setSpacing(SPACE.s + 2)
        row = QHBoxLayout()
        row.setSpacing(SPACE.page)
        row.addWidget(self._top_part)
        row.addWidget(self._song_part, 1)
        return row

    def _heading(self, words: str) -> PlainLabel:
        return PlainLabel(self.context.theme, words, size=TYPE.title, weight=QFont.Weight.DemiBold)

    def _connect(self) -> None:
        presenter = self._presenter
        for facet, chip in self._chips.items():
            chip.clicked.connect(partial(self._choose, facet))
        self._all_songs.clicked.connect(partial(self._choose, Facet.SONGS))
        self._recent.chosen.connect(self._search_again)
        self._recent.forgotten.connect(presenter.forget)
        self._top.opened.connect(self._open)
        self._top.played.connect(self._play)
        presenter.top_chosen.connect(self.context.songs.play_item)
        self._table.played.connect(presenter.remember)
        self.follow(self._table)
        for shelf in self._shelves.values():
            shelf.list.opened.connect(lambda _item: presenter.remember())
            self.follow(shelf.list)

    def _choose(self, facet: Facet, _checked: bool = False) -> None:
        self._presenter.choose(facet)

    def _search_again(self, past: str) -> None:
        self.query_chosen.emit(past)
        self._presenter.type(past)

    def _open(self, item: Found) -> None:
        self._presenter.remember()
        self.context.open(item)

    def _play(self, item: Found) -> None:
        self._presenter.remember()
        self.context.songs.play_item(item)

    def _source(self) -> QueueSource | None:
        query = self._view.query if self._view is not None else ""
        return QueueSource("search", query, f"“{plain(query, 60)}”")
