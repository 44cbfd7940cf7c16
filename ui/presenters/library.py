"""The library: songs, albums, artists, playlists, genres and liked songs, sorted, filtered and fetched page by page.

Made by LibraryPage. The filter asks the service's search, so that it looks through everything and not only through
what has been fetched; genre and sort are the service's too.
"""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from PySide6.QtCore import Signal

from player.account.port import Accounts
from player.domain.catalogue import Album, Artist, Genre, Page, Playlist, Track
from player.errors import PlayerError
from player.runtime import Scope
from player.service.port import MusicService
from ui.presenters.presenter import PagePresenter
from ui.presenters.states import Empty, Ready, ViewState, in_one_line
from ui.wording import plain

PAGE_ROWS = 200
FILTER_ROWS = 100


class LibraryKind(StrEnum):
    SONGS = "songs"
    ALBUMS = "albums"
    ARTISTS = "artists"
    PLAYLISTS = "playlists"
    GENRES = "genres"
    LIKED = "liked"


@dataclass(frozen=True, slots=True)
class SortChoice:
    key: str
    """as the service names it; '-' reverses"""
    label: str


SORTS: dict[LibraryKind, tuple[SortChoice, ...]] = {
    LibraryKind.SONGS: (
        SortChoice("title", "Title"),
        SortChoice("artist", "Artist"),
        SortChoice("album", "Album"),
        SortChoice("-added", "Newest here"),
        SortChoice("-plays", "Most played"),
    ),
    LibraryKind.ALBUMS: (
        SortChoice("title", "Title"),
        SortChoice("artist", "Artist"),
        SortChoice("-year", "Newest release"),
        SortChoice("-added", "Newest here"),
    ),
}

Row = Track | Album | Artist | Playlist | Genre

EMPTY = {
    LibraryKind.SONGS: Empty("No songs yet", "Songs appear here as soon as the first ones of your folder are read."),
    LibraryKind.ALBUMS: Empty("No albums yet", "Albums appear here as soon as their songs are read."),
    LibraryKind.ARTISTS: Empty("No artists yet", "Artists appear here as soon as their songs are read."),
    LibraryKind.PLAYLISTS: Empty("No playlists yet", "Press Ctrl+N to make one, then add songs from any list."),
    LibraryKind.GENRES: Empty("No genres yet", "Genres come from the tags of your songs."),
    LibraryKind.LIKED: Empty("No liked songs yet", "Press the heart of a song and it is kept here."),
}


@dataclass(frozen=True, slots=True)
class LibraryView:
    """`rows` are the first page; more come through `more_arrived` while `has_more`."""

    kind: LibraryKind
    rows: tuple[Row, ...]
    has_more: bool
    total: int | None
    sort: str
    genre: str | None
    filter: str


@dataclass(frozen=True, slots=True)
class MoreRows:
    rows: tuple[Row, ...]
    has_more: bool


class LibraryPresenter(PagePresenter):
    more_arrived = Signal(object)

    def __init__(self, accounts: Accounts, scope: Scope) -> None:
        super().__init__(accounts, scope)
        self.kind = LibraryKind.SONGS
        self.genre: str | None = None
        self.filter = ""
        self._sorts = {kind: choices[0].key for kind, choices in SORTS.items()}
        self._cursor: str | None = None
        self._is_fetching_more = False

    @property
    def sort(self) -> str:
        return self._sorts.get(self.kind, "")

    def open(self, kind: LibraryKind, *, genre: str | None = None) -> None:
        self.kind, self.genre, self.filter = kind, genre, ""
        self._first_page(keeps=False)

    def sort_by(self, key: str) -> None:
        if any(choice.key == key for choice in SORTS.get(self.kind, ())):
            self._sorts[self.kind] = key
            self._first_page(keeps=True)

    def filter_by(self, text: str) -> None:
        wanted = plain(text, 200)
        if wanted != self.filter:
            self.filter = wanted
            self._first_page(keeps=True)

    def reload(self) -> None:
        self._first_page(keeps=True)

    def fetch_more(self) -> None:
        service, cursor, load = self.service, self._cursor, self._loads
        if service is None or cursor is None or self._is_fetching_more:
            return
        self._is_fetching_more = True

        def arrived(page: Page[Row]) -> None:
            self._is_fetching_more = False
            if load == self._loads:
                self._cursor = page.next_cursor
                self.more_arrived.emit(MoreRows(page.items, page.next_cursor is not None))

        def failed(error: PlayerError) -> None:
            self._is_fetching_more = False
            if load == self._loads:
                self.told.emit(in_one_line(error, "load the rest of the list"))
                self.more_arrived.emit(MoreRows((), True))

        self._load = self._scope.run(self._page(service, cursor), arrived, failed)

    def _first_page(self, *, keeps: bool) -> None:
        self._cursor = None
        self._is_fetching_more = False
        self._fetch(lambda service: self._page(service, None), self._ready, f"your {self.kind}", keeps=keeps)

    def _ready(self, page: Page[Row]) -> ViewState[Any]:
        self._cursor = page.next_cursor
        if not page.items and not self.filter and not self.genre:
            return EMPTY[self.kind]
        total = page.total if page.total is not None else (len(page.items) if page.next_cursor is None else None)
        return Ready(
            LibraryView(
                self.kind, page.items, page.next_cursor is not None, total, self.sort, self.genre, self.filter
            )
        )

    def _page(self, service: MusicService, cursor: str | None) -> Coroutine[Any, Any, Page[Row]]:
        """The question is put together in the GUI thread: what is chosen later cannot slip into it."""
        return _rows(service, self.kind, cursor, self.sort, self.genre, self.filter)


async def _rows(
    service: MusicService, kind: LibraryKind, cursor: str | None, sort: str, genre: str | None, wanted: str
) -> Page[Row]:
    if wanted and kind in FILTERED_BY_SEARCH:
        return await _found(service, kind, sort, genre, wanted)
    match kind:
        case LibraryKind.SONGS:
            return _as_rows(await service.tracks(cursor=cursor, limit=PAGE_ROWS, sort=sort, genre=genre))
        case LibraryKind.ALBUMS:
            return _as_rows(await service.albums(cursor=cursor, limit=PAGE_ROWS, sort=sort, genre=genre))
        case LibraryKind.ARTISTS:
            return _as_rows(await service.artists(cursor=cursor, limit=PAGE_ROWS))
        case LibraryKind.LIKED:
            return _as_rows(await service.liked_tracks(cursor=cursor, limit=PAGE_ROWS))
        case LibraryKind.PLAYLISTS:
            return _whole(_matching(await service.playlists(), wanted))
        case LibraryKind.GENRES:
            return _whole(_matching(await service.genres(), wanted))


FILTERED_BY_SEARCH = {LibraryKind.SONGS, LibraryKind.ALBUMS, LibraryKind.ARTISTS}


async def _found(service: MusicService, kind: LibraryKind, sort: str, genre: str | None, wanted: str) -> Page[Row]:
    results = await service.search(wanted, limit=FILTER_ROWS)
    if kind is LibraryKind.ARTISTS:
        return _whole(results.artists)
    found = results.albums if kind is LibraryKind.ALBUMS else results.tracks
    rows: list[Track | Album] = [row for row in found if genre is None or genre in row.genres]
    key = sort.removeprefix("-")
    if key in {"title", "artist", "album", "year", "plays"}:
        rows.sort(key=lambda row: _sort_value(row, key), reverse=sort.startswith("-"))
    return _whole(tuple(rows))


def _sort_value(row: Track | Album, key: str) -> tuple[int, str]:
    """Numbers before words; the title settles what is equal."""
    title = row.title.casefold()
    match key:
        case "artist":
            return 0, f"{row.artist_line.casefold()}\0{title}"
        case "year":
            return row.year or 0, title
        case "plays" if isinstance(row, Track):
            return row.plays, title
        case "album" if isinstance(row, Track) and row.album is not None:
            return 0, f"{row.album.title.casefold()}\0{row.track_number or 0:06}"
        case _:
            return 0, title


def _matching(rows: tuple[Playlist, ...] | tuple[Genre, ...], wanted: str) -> tuple[Row, ...]:
    return tuple(row for row in rows if wanted.casefold() in row.name.casefold())


def _whole(rows: tuple[Row, ...]) -> Page[Row]:
    return Page(rows, None, len(rows))


def _as_rows(page: Page[Any]) -> Page[Row]:
    return Page(tuple(page.items), page.next_cursor, page.total)
