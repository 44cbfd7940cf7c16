"""The one interface between Segue and whoever hosts the music.

Every method is a coroutine of the `net` loop and raises PlayerError only (NetworkError where trying again may
help, AuthError when the sign-in is over, NotFound, Conflict, ProtocolError). Lists come in pages by cursor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from player.domain.catalogue import (
    Album,
    AlbumDetail,
    Artist,
    ArtistDetail,
    Genre,
    IngestStatus,
    Lyrics,
    Page,
    Playlist,
    PlaylistDetail,
    PlaylistEdit,
    Profile,
    SearchResults,
    Shelf,
    Track,
)
from player.domain.ids import AlbumId, ArtistId, CoverId, PlaylistId, TrackId


@dataclass(frozen=True, slots=True)
class Capabilities:
    adaptive: bool = False
    lyrics: bool = False
    likes: bool = False
    playlists_edit: bool = False
    ingest: bool = False
    """the listener may add music folders and watch them being read"""
    play_events: bool = False


@dataclass(frozen=True, slots=True)
class StreamDocument:
    """An HLS master playlist as text and the URL its relative addresses are resolved against. The media and
    segment URLs inside carry their own signature: they are fetched without the account's token."""

    url: str
    text: str


@dataclass(frozen=True, slots=True)
class PlayEvent:
    """One listen, counted by time heard. `event_id` makes a repeated delivery count once."""

    event_id: str
    track_id: TrackId
    started_at_s: float
    """UTC seconds"""
    heard_s: float
    is_offline: bool = False


class MusicService(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def capabilities(self) -> Capabilities: ...

    async def me(self) -> Profile: ...
    async def home(self) -> tuple[Shelf, ...]: ...
    async def search(self, query: str, *, limit: int = 20) -> SearchResults:
        """Prefix and diacritic folding are the service's; `limit` is for each kind."""
        ...

    async def tracks(
        self, *, cursor: str | None = None, limit: int = 200, sort: str = "title", genre: str | None = None
    ) -> Page[Track]:
        """`sort` title, artist, album, added, plays; a leading '-' reverses."""
        ...

    async def albums(
        self, *, cursor: str | None = None, limit: int = 100, sort: str = "title", genre: str | None = None
    ) -> Page[Album]:
        """`sort` title, artist, year, added; a leading '-' reverses."""
        ...

    async def artists(self, *, cursor: str | None = None, limit: int = 100) -> Page[Artist]: ...
    async def genres(self) -> tuple[Genre, ...]: ...
    async def track(self, track_id: TrackId) -> Track: ...
    async def album(self, album_id: AlbumId) -> AlbumDetail: ...
    async def artist(self, artist_id: ArtistId) -> ArtistDetail: ...

    async def liked_tracks(self, *, cursor: str | None = None, limit: int = 200) -> Page[Track]: ...
    async def set_liked(self, track_id: TrackId, is_liked: bool) -> None: ...

    async def playlists(self) -> tuple[Playlist, ...]: ...
    async def playlist(self, playlist_id: PlaylistId) -> PlaylistDetail: ...
    async def create_playlist(self, name: str, track_ids: Sequence[TrackId] = ()) -> PlaylistDetail: ...
    async def rename_playlist(
        self, playlist_id: PlaylistId, *, version: str, name: str, description: str = ""
    ) -> PlaylistDetail: ...
    async def edit_playlist(
        self, playlist_id: PlaylistId, *, version: str, edits: Sequence[PlaylistEdit]
    ) -> PlaylistDetail:
        """All edits or none, in order; Conflict when `version` is no longer the newest."""
        ...

    async def delete_playlist(self, playlist_id: PlaylistId, *, version: str) -> None: ...

    async def cover(self, cover_id: CoverId, size_px: int) -> bytes:
        """A JPEG, PNG or WebP of at most 4 MiB, `size_px` or the next size above."""
        ...

    async def lyrics(self, track_id: TrackId) -> Lyrics | None: ...
    async def waveform(self, track_id: TrackId) -> bytes:
        """1,000 peaks of the song, one byte each, 255 full scale; empty where not measured yet."""
        ...

    async def open_stream(self, track_id: TrackId) -> StreamDocument: ...
    def stream_url(self, track_id: TrackId) -> str:
        """The URL that `open_stream` would give now, without a request: for a document remembered from before."""
        ...

    async def send_play_events(self, events: Sequence[PlayEvent]) -> None: ...

    async def ingest_status(self) -> IngestStatus: ...
    async def add_library(self, folder: Path) -> None: ...
    async def aclose(self) -> None: ...
