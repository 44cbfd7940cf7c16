"""Which page is shown, and how one came there. GUI thread; made by the shell, given to every page as `Navigator`.

Pages are built at their first visit and kept. What a page shows is decided by its route; where the listener was on
it (scroll, selection) travels with the history.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QStackedWidget

from player.clock import Clock
from player.domain.ids import AlbumId, ArtistId, PlaylistId
from ui.history import History, Route, Visit
from ui.pages.catalogue_page import CataloguePage
from ui.pages.search import SearchPage
from ui.widgets.context import PageContext

HOME, SEARCH, LIBRARY, SETTINGS = Route("home"), Route("search"), Route("library"), Route("settings")
PAGE_MODULES = (
    "ui.presenters.library", "ui.pages.library", "ui.presenters.album", "ui.widgets.hero", "ui.pages.album",
    "ui.presenters.artist", "ui.pages.artist", "ui.presenters.playlist", "ui.pages.playlist",
    "ui.presenters.settings", "ui.pages.settings",
)  # fmt: skip
CALM_MS = 1500  # after the start: the first page is there, or its answer is what is waited for
LOAD_PAUSE_MS = 30
REMEMBERED = {"home", "search", "library", "album", "artist", "playlist", "settings"}


@dataclass(frozen=True, slots=True)
class _Shown:
    """A page and how it is told what to show."""

    page: CataloguePage
    open: Callable[[str], None]


class Router(QObject):
    moved = Signal(object, bool, bool)
    """Route, whether one can go back, whether forward"""
    query_chosen = Signal(str)
    """the search page filled the field itself"""

    def __init__(self, stack: QStackedWidget, clock: Clock) -> None:
        super().__init__(stack)
        self._stack = stack
        self._clock = clock
        self._context: PageContext | None = None
        self._pages: dict[str, _Shown] = {}
        self._search: SearchPage | None = None
        self._history = History()
        self._unloaded = list(PAGE_MODULES)
        self._loads_on = QTimer(self, singleShot=True, interval=LOAD_PAUSE_MS)
        self._loads_on.timeout.connect(self.load_ahead)

    def load_ahead(self) -> None:
        """Once the window is calm: a page's first visit then builds it, and waits for no file. One module in a turn,
        5 ms at most."""
        if self._unloaded:
            importlib.import_module(self._unloaded.pop(0))
            self._loads_on.start()

    def take_context(self, context: PageContext) -> None:
        """The context holds this router: it is made after it."""
        self._context = context

    @property
    def route(self) -> Route | None:
        return self._history.current.route if self._history.current else None

    @property
    def page(self) -> CataloguePage | None:
        """What is shown now."""
        return self._pages[self.route.page].page if self.route is not None else None

    # ---- Navigator

    def open_home(self) -> None:
        self.go(HOME)

    def open_search(self, query: str = "") -> None:
        """While one types, the visit stays the same and the page follows the letters."""
        route = Route("search", query)
        if self.route is not None and self.route.page == "search":
            self._history.retitle(route)
            self._show(Visit(route))
        else:
            self.go(route)

    def open_library(self, kind: str = "") -> None:
        self.go(Route("library", kind))

    def open_album(self, album_id: AlbumId) -> None:
        self.go(Route("album", album_id))

    def open_artist(self, artist_id: ArtistId) -> None:
        self.go(Route("artist", artist_id))

    def open_playlist(self, playlist_id: PlaylistId) -> None:
        self.go(Route("playlist", playlist_id))

    def open_settings(self) -> None:
        self.go(SETTINGS)

    def back(self) -> None:
        self._step(-1)

    def forward(self) -> None:
        self._step(1)

    # ---- what the shell asks

    def go(self, route: Route) -> None:
        if route == self.route:
            return
        self._keep_place()
        self._history.visit(route)
        self._show(Visit(route))

    def play_top_result(self) -> None:
        if self._search is not None:
            self._search.play_top()

    def focus_results(self) -> None:
        if self._search is not None:
            self._search.focus_results()

    def reload(self) -> None:
        """The library grew: what is shown is asked for again, and keeps its place."""
        for shown in self._pages.values():
            if shown.page is self._stack.currentWidget():
                shown.page.presenter.reload()

    def remembered(self) -> str:
        route = self.route or HOME
        return f"{route.page}:{route.subject}"

    def recall(self, remembered: str) -> None:
        """Open the page of last time; anything unreadable is home."""
        page, _, subject = remembered.partition(":")
        self.go(
            Route(page, subject)
            if page in REMEMBERED and (subject or page in {"home", "library", "settings"})
            else HOME
        )

    def forget(self) -> None:
        """Another library: no page of the old one may stay."""
        self.close()
        self._history.clear()

    def close(self) -> None:
        for each in self._pages.values():
            each.page.close_page()
            self._stack.removeWidget(each.page)
            each.page.deleteLater()
        self._pages.clear()
        self._search = None

    # ---- inside

    def _step(self, by: int) -> None:
        self._keep_place()
        visit = self._history.step(by)
        if visit is not None:
            self._show(visit)

    def _keep_place(self) -> None:
        if self.route is not None and self.route.page in self._pages:
            self._history.keep_place(self._pages[self.route.page].page.place())

    def _show(self, visit: Visit) -> None:
        name = visit.route.page
        if name not in self._pages:
            self._pages[name] = self._build(name)
            self._stack.addWidget(self._pages[name].page)
        shown = self._pages[name]
        shown.open(visit.route.subject)
        if visit.place is not None:
            shown.page.return_to(visit.place)
        self._stack.setCurrentWidget(shown.page)
        self.moved.emit(visit.route, self._history.can_back, self._history.can_forward)

    def _build(self, name: str) -> _Shown:
        """Pages are imported when first shown: the first window needs one of them."""
        assert self._context is not None
        context = self._context
        match name:
            case "search":
                return self._build_search(context)
            case "library":
                from ui.pages.library import LibraryPage

                library = LibraryPage(context)
                return _Shown(library, library.open)
            case "album":
                from ui.pages.album import AlbumPage

                album = AlbumPage(context)
                return _Shown(album, lambda subject: album.open(AlbumId(subject)))
            case "artist":
                from ui.pages.artist import ArtistPage

                artist = ArtistPage(context)
                return _Shown(artist, lambda subject: artist.open(ArtistId(subject)))
            case "playlist":
                from ui.pages.playlist import PlaylistPage

                playlist = PlaylistPage(context)
                return _Shown(playlist, lambda subject: playlist.open(PlaylistId(subject)))
            case "settings":
                from ui.pages.settings import SettingsPage

                settings = SettingsPage(context)
                return _Shown(settings, lambda _subject: settings.open())
            case _:
                from ui.pages.home import HomePage

                home = HomePage(context, self._clock)
                return _Shown(home, lambda _subject: home.open())

    def _build_search(self, context: PageContext) -> _Shown:
        self._search = SearchPage(context)
        self._search.query_chosen.connect(self.query_chosen)
        return _Shown(self._search, self._search.type)
