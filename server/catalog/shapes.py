"""What the catalogue answers (docs/api.md). Other packages answer songs and playlists in these shapes too."""

from __future__ import annotations

from typing import Generic, Literal, TypeVar

from pydantic import BaseModel

T = TypeVar("T")


class CoverRef(BaseModel):
    id: str
    colour: str


class ArtistRef(BaseModel):
    id: str
    name: str


class AlbumRef(BaseModel):
    id: str
    title: str


class Loudness(BaseModel):
    track_lufs: float | None
    track_peak_dbtp: float | None
    album_lufs: float | None
    album_peak_dbtp: float | None


class SongShape(BaseModel):
    type: Literal["song"] = "song"
    id: str
    title: str
    artists: list[ArtistRef]
    album: AlbumRef | None
    track_number: int | None
    disc_number: int | None
    year: int | None
    duration_s: float
    genres: list[str]
    cover: CoverRef | None
    has_lyrics: bool
    plays: int
    is_liked: bool
    is_available: bool
    """false: its file is gone; lists leave it out, playlists show it greyed"""
    loudness: Loudness


class AlbumShape(BaseModel):
    type: Literal["album"] = "album"
    id: str
    title: str
    artists: list[ArtistRef]
    year: int | None
    genres: list[str]
    cover: CoverRef | None
    song_count: int
    duration_s: float
    kind: str
    is_liked: bool


class AlbumDetail(AlbumShape):
    songs: list[SongShape]


class ArtistShape(BaseModel):
    type: Literal["artist"] = "artist"
    id: str
    name: str
    cover: CoverRef | None
    album_count: int
    song_count: int
    genres: list[str]
    is_liked: bool


class ArtistDetail(ArtistShape):
    top_songs: list[SongShape]
    albums: list[AlbumShape]


class GenreShape(BaseModel):
    name: str
    song_count: int


class PlaylistShape(BaseModel):
    type: Literal["playlist"] = "playlist"
    id: str
    name: str
    description: str
    song_count: int
    duration_s: float
    version: str
    cover: CoverRef | None
    updated_at: str
    """RFC 3339, UTC"""


class Page(BaseModel, Generic[T]):
    items: list[T]
    next: str | None
    total: int


class Items(BaseModel, Generic[T]):
    items: list[T]
