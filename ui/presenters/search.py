"""Search as you type: every letter asks at once, a newer question cancels the older, and the last results stay until
newer ones come. Made by SearchPage.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from PySide6.QtCore import QTimer, Signal

from player.account.port import Accounts
from player.domain.catalogue import Album, Artist, Playlist, SearchResults, Track
from player.runtime import Scope
from player.settings import RECENT_SEARCHES, Settings
from ui.presenters.presenter import PagePresenter
from ui.presenters.states import Ready
from ui.wording import counted, plain

COALESCE_MS = 0  # letters that arrive in one turn of the event loop (paste, key repeat) ask once
RESULTS = 50
QUERY_LIMIT = 200
RECENT_LIMIT = 8

Found = Album | Artist | Playlist | Track


class Facet(StrEnum):
    ALL = "all"
    SONGS = "songs"
    ALBUMS = "albums"
    ARTISTS = "artists"
    PLAYLISTS = "playlists"


@dataclass(frozen=True, slots=True)
class SearchView:
    """`results` answer `results.query`, which may be older than `query` while the next answer is on its way."""

    query: str
    facet: Facet
    results: SearchResults | None
    recent: tuple[str, ...]

    @property
    def top(self) -> Found | None:
        return None if self.results is None else top_result(self.results)

    @property
    def summary(self) -> str:
        if self.results is None:
            return ""
        found = self.results
        count = len(found.tracks) + len(found.albums) + len(found.artists) + len(found.playlists)
        return f"{counted(count, 'result')} in {found.took_ms:.0f} ms"


class SearchPresenter(PagePresenter):
    top_chosen = Signal(object)
    """Return was pressed: the top result of what is typed, once its answer is here"""

    def __init__(self, accounts: Accounts, scope: Scope, settings: Settings) -> None:
        super().__init__(accounts, scope)
        self._settings = settings
        self._query = ""
        self._facet = Facet.ALL
        self._results: SearchResults | None = None
        self._wants_top = False
        self._asks_soon = QTimer(self, singleShot=True, interval=COALESCE_MS)
        self._asks_soon.timeout.connect(self._ask)
        self._state = Ready(self._view())

    def type(self, text: str) -> None:
        query = plain(text, QUERY_LIMIT).strip()
        if query == self._query and isinstance(self._state, Ready):
            return
        self._query = query
        self._wants_top = False
        if query:
            self._asks_soon.start()
            return
        self._asks_soon.stop()
        self._stop_loading()
        self._results = None
        self._show(Ready(self._view()))

    def choose_top(self) -> None:
        """Return may come before the answer: what an older question found must not be played for it."""
        results = self._results
        if results is None or results.query != self._query:
            self._wants_top = bool(self._query)
        elif (top := top_result(results)) is not None:
            self.remember()
            self.top_chosen.emit(top)

    def choose(self, facet: Facet) -> None:
        self._facet = facet
        if isinstance(self._state, Ready):
            self._show(Ready(self._view()))

    def reload(self) -> None:
        if self._query:
            self._ask()
        else:
            self._show(Ready(self._view()))

    def remember(self) -> None:
        """Something found was opened or played: the question is worth offering again."""
        if self._query:
            others = [past for past in self.recent if past.casefold() != self._query.casefold()]
            self._keep([self._query, *others][:RECENT_LIMIT])

    def forget(self, past: str) -> None:
        self._keep([kept for kept in self.recent if kept != past])
        if isinstance(self._state, Ready):
            self._show(Ready(self._view()))

    @property
    def recent(self) -> tuple[str, ...]:
        return tuple(line for line in self._settings.get(RECENT_SEARCHES).split("\n") if line)

    def _keep(self, searches: list[str]) -> None:
        self._settings.set(RECENT_SEARCHES, "\n".join(searches))

    def _ask(self) -> None:
        query = self._query
        self._fetch(
            lambda service: service.search(query, limit=RESULTS),
            self._ready,
            "these results",
            keeps=self._results is not None,
            forgives=False,
        )

    def _ready(self, results: SearchResults) -> Ready[SearchView]:
        self._results = results
        if self._wants_top:
            self._wants_top = False
            self.choose_top()
        return Ready(self._view())

    def _view(self) -> SearchView:
        return SearchView(self._query, self._facet, self._results, self.recent)


def top_result(results: SearchResults) -> Found | None:
    """The name that fits best: equal before beginning before containing, artists and albums before songs."""
    ranked: list[Found] = [*results.artists, *results.albums, *results.tracks, *results.playlists]
    wanted = results.query.casefold()
    return min(ranked, key=lambda found: _distance(name_of(found).casefold(), wanted), default=None)


def _distance(name: str, wanted: str) -> int:
    if name == wanted:
        return 0
    if name.startswith(wanted):
        return 1
    return 2 if f" {wanted}" in name else 3


def name_of(found: Found) -> str:
    return found.name if isinstance(found, (Artist, Playlist)) else found.title


def narrowed(view: SearchView, limit: int) -> SearchResults | None:
    """What the chosen facet shows: on 'All' the first few of each kind, else everything of one."""
    found = view.results
    if found is None:
        return None
    if view.facet is Facet.ALL:
        return replace(found, tracks=found.tracks[:limit])
    return SearchResults(
        found.query,
        found.tracks if view.facet is Facet.SONGS else (),
        found.albums if view.facet is Facet.ALBUMS else (),
        found.artists if view.facet is Facet.ARTISTS else (),
        found.playlists if view.facet is Facet.PLAYLISTS else (),
        found.took_ms,
    )
