"""Songs, albums, artists, playlists and what lists of them look like."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from player.domain.ids import AlbumId, ArtistId, CoverId, PlaylistId, PlaylistItemId, TrackId

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cover:
    """`colour` is the picture's mean as `#rrggbb`, painted until the picture has come."""

    id: CoverId
    colour: str


@dataclass(frozen=True, slots=True)
class ArtistRef:
    id: ArtistId
    name: str


@dataclass(frozen=True, slots=True)
class AlbumRef:
    id: AlbumId
    title: str


@dataclass(frozen=True, slots=True)
class Loudness:
    """EBU R128: integrated loudness in LUFS, true peak in dBTP; None where not measured yet."""

    track_lufs: float | None = None
    track_peak_dbtp: float | None = None
    album_lufs: float | None = None
    album_peak_dbtp: float | None = None


@dataclass(frozen=True, slots=True)
class Track:
    id: TrackId
    title: str
    artists: tuple[ArtistRef, ...]
    album: AlbumRef | None
    duration_s: float
    track_number: int | None = None
    disc_number: int | None = None
    year: int | None = None
    genres: tuple[str, ...] = ()
    cover: Cover | None = None
    has_lyrics: bool = False
    plays: int = 0
    is_liked: bool = False
    loudness: Loudness = Loudness()

    @property
    def artist_line(self) -> str:
        return ", ".join(artist.name for artist in self.artists)


@dataclass(frozen=True, slots=True)
class Album:
    id: AlbumId
    title: str
    artists: tuple[ArtistRef, ...]
    year: int | None
    genres: tuple[str, ...]
    cover: Cover | None
    track_count: int
    duration_s: float
    kind: str = "album"
    """album, single, ep, live or compilation"""
    is_liked: bool = False

    @property
    def artist_line(self) -> str:
        return ", ".join(artist.name for artist in self.artists)


@dataclass(frozen=True, slots=True)
class AlbumDetail:
    album: Album
    tracks: tuple[Track, ...]


@dataclass(frozen=True, slots=True)
class Artist:
    id: ArtistId
    name: str
    cover: Cover | None
    album_count: int
    track_count: int
    genres: tuple[str, ...] = ()
    is_liked: bool = False


@dataclass(frozen=True, slots=True)
class ArtistDetail:
    artist: Artist
    top_tracks: tuple[Track, ...]
    albums: tuple[Album, ...]


@dataclass(frozen=True, slots=True)
class Genre:
    name: str
    track_count: int


@dataclass(frozen=True, slots=True)
class Playlist:
    """`version` is the service's ETag: edits name the version they were made against."""

    id: PlaylistId
    name: str
    description: str
    track_count: int
    duration_s: float
    version: str
    cover: Cover | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class PlaylistItem:
    id: PlaylistItemId
    track: Track


@dataclass(frozen=True, slots=True)
class PlaylistDetail:
    playlist: Playlist
    items: tuple[PlaylistItem, ...]


@dataclass(frozen=True, slots=True)
class InsertTracks:
    """Insert before the item now at `position`; None appends."""

    track_ids: tuple[TrackId, ...]
    position: int | None = None


@dataclass(frozen=True, slots=True)
class MoveItems:
    """Take the items out, in list order, and put them before the item now at `position` (None: at the end)."""

    item_ids: tuple[PlaylistItemId, ...]
    position: int | None


@dataclass(frozen=True, slots=True)
class RemoveItems:
    item_ids: tuple[PlaylistItemId, ...]


PlaylistEdit = InsertTracks | MoveItems | RemoveItems


class ShelfKind(StrEnum):
    QUICK = "quick"
    ALBUMS = "albums"
    ARTISTS = "artists"
    PLAYLISTS = "playlists"
    TRACKS = "tracks"


@dataclass(frozen=True, slots=True)
class Shelf:
    id: str
    title: str
    kind: ShelfKind
    items: tuple[Album | Artist | Playlist | Track, ...]


@dataclass(frozen=True, slots=True)
class SearchResults:
    query: str
    tracks: tuple[Track, ...]
    albums: tuple[Album, ...]
    artists: tuple[Artist, ...]
    playlists: tuple[Playlist, ...]
    took_ms: float

    @property
    def is_empty(self) -> bool:
        return not (self.tracks or self.albums or self.artists or self.playlists)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a longer list; `next_cursor` None is the end, `total` None where the service cannot say."""

    items: tuple[T, ...]
    next_cursor: str | None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class LyricLine:
    """`start_s` None where the lyrics are not synced."""

    start_s: float | None
    text: str


@dataclass(frozen=True, slots=True)
class Lyrics:
    lines: tuple[LyricLine, ...]
    is_synced: bool


@dataclass(frozen=True, slots=True)
class Profile:
    id: str
    username: str
    display_name: str
    plan: str
    is_owner: bool = False
    """whether this listener keeps the server: may add music folders"""


class IngestPhase(StrEnum):
    IDLE = "idle"
    SCANNING = "scanning"
    ANALYSING = "analysing"


@dataclass(frozen=True, slots=True)
class IngestFailure:
    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class IngestStatus:
    phase: IngestPhase
    done: int
    total: int
    songs: int
    failures: tuple[IngestFailure, ...]
