"""From the shapes of docs/api.md to the domain. Pure; used by `service`."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

from player.domain.catalogue import (
    Album,
    AlbumDetail,
    AlbumRef,
    Artist,
    ArtistDetail,
    ArtistRef,
    Cover,
    Genre,
    IngestFailure,
    IngestPhase,
    IngestStatus,
    Loudness,
    LyricLine,
    Lyrics,
    Playlist,
    PlaylistDetail,
    PlaylistItem,
    Profile,
    SearchResults,
    Shelf,
    ShelfKind,
    Track,
)
from player.domain.ids import AlbumId, ArtistId, CoverId, PlaylistId, PlaylistItemId, TrackId
from player.service.segue.fields import Fields

NEUTRAL = "#808080"
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def cover(fields: Fields) -> Cover | None:
    found = fields.optional_object("cover")
    if found is None:
        return None
    colour = found.optional_text("colour")
    return Cover(CoverId(found.id()), colour if COLOUR.fullmatch(colour) else NEUTRAL)


def artist_ref(fields: Fields) -> ArtistRef:
    return ArtistRef(ArtistId(fields.id()), fields.text("name"))


def track(fields: Fields) -> Track:
    album_ref = fields.optional_object("album")
    return Track(
        id=TrackId(fields.id()),
        title=fields.text("title"),
        artists=fields.list("artists", artist_ref, limit=200),
        album=None if album_ref is None else AlbumRef(AlbumId(album_ref.id()), album_ref.text("title")),
        duration_s=fields.length_s("duration_s"),
        track_number=fields.optional_whole("track_number"),
        disc_number=fields.optional_whole("disc_number"),
        year=fields.optional_whole("year"),
        genres=fields.texts("genres"),
        cover=cover(fields),
        has_lyrics=fields.flag("has_lyrics"),
        plays=fields.count("plays"),
        is_liked=fields.flag("is_liked"),
        loudness=loudness(fields.optional_object("loudness")),
    )


def loudness(fields: Fields | None) -> Loudness:
    if fields is None:
        return Loudness()
    return Loudness(
        track_lufs=fields.optional_number("track_lufs"),
        track_peak_dbtp=fields.optional_number("track_peak_dbtp"),
        album_lufs=fields.optional_number("album_lufs"),
        album_peak_dbtp=fields.optional_number("album_peak_dbtp"),
    )


def album(fields: Fields) -> Album:
    return Album(
        id=AlbumId(fields.id()),
        title=fields.text("title"),
        artists=fields.list("artists", artist_ref, limit=200),
        year=fields.optional_whole("year"),
        genres=fields.texts("genres"),
        cover=cover(fields),
        track_count=fields.count("song_count"),
        duration_s=fields.length_s("duration_s"),
        kind=fields.optional_text("kind") or "album",
        is_liked=fields.flag("is_liked", default=False),
    )


def album_detail(fields: Fields) -> AlbumDetail:
    return AlbumDetail(album(fields), fields.list("songs", track))


def artist(fields: Fields) -> Artist:
    return Artist(
        id=ArtistId(fields.id()),
        name=fields.text("name"),
        cover=cover(fields),
        album_count=fields.count("album_count"),
        track_count=fields.count("song_count"),
        genres=fields.texts("genres"),
        is_liked=fields.flag("is_liked", default=False),
    )


def artist_detail(fields: Fields) -> ArtistDetail:
    return ArtistDetail(artist(fields), fields.list("top_songs", track), fields.list("albums", album))


def genre(fields: Fields) -> Genre:
    return Genre(fields.text("name"), fields.count("song_count"))


def playlist(fields: Fields) -> Playlist:
    return Playlist(
        id=PlaylistId(fields.id()),
        name=fields.text("name"),
        description=fields.optional_text("description"),
        track_count=fields.count("song_count"),
        duration_s=fields.length_s("duration_s"),
        version=fields.id("version"),
        cover=cover(fields),
        updated_at=moment(fields, "updated_at"),
    )


def playlist_item(fields: Fields) -> PlaylistItem:
    return PlaylistItem(PlaylistItemId(fields.id()), track(fields.object("song")))


def playlist_detail(fields: Fields) -> PlaylistDetail:
    return PlaylistDetail(playlist(fields), fields.list("items", playlist_item))


def moment(fields: Fields, name: str) -> datetime:
    try:
        value = datetime.fromisoformat(fields.text(name))
    except ValueError as error:
        raise fields.wrong(name, "a time") from error
    return value if value.tzinfo is not None else value.replace(tzinfo=UTC)


def search_results(fields: Fields) -> SearchResults:
    return SearchResults(
        query=fields.text("query"),
        tracks=fields.list("songs", track),
        albums=fields.list("albums", album),
        artists=fields.list("artists", artist),
        playlists=fields.list("playlists", playlist),
        took_ms=fields.number("took_ms"),
    )


SHELF_ITEMS: dict[str, Callable[[Fields], Album | Artist | Playlist | Track]] = {
    "album": album,
    "artist": artist,
    "playlist": playlist,
    "song": track,
}


def shelf_item(fields: Fields) -> Album | Artist | Playlist | Track | None:
    """None for a kind of item that is newer than this player."""
    parse = SHELF_ITEMS.get(fields.text("type"))
    return None if parse is None else parse(fields)


def shelf(fields: Fields) -> Shelf | None:
    """None for a kind of shelf that is newer than this player, or one that holds nothing it knows."""
    try:
        kind = ShelfKind(fields.text("kind"))
    except ValueError:
        return None
    items = tuple(item for item in fields.list("items", shelf_item, limit=200) if item is not None)
    return Shelf(fields.id(), fields.text("title"), kind, items) if items else None


def shelves(fields: Fields) -> tuple[Shelf, ...]:
    return tuple(found for found in fields.list("shelves", shelf, limit=100) if found is not None)


def lyrics(fields: Fields) -> Lyrics:
    def line(fields: Fields) -> LyricLine:
        return LyricLine(fields.optional_number("start_s"), fields.text("text"))

    return Lyrics(fields.list("lines", line), fields.flag("is_synced"))


def profile(fields: Fields) -> Profile:
    username = fields.text("username")
    return Profile(
        id=fields.id(),
        username=username,
        display_name=fields.optional_text("display_name") or username,
        plan=fields.text("plan"),
        is_owner=fields.flag("is_owner", default=False),
    )


def ingest_status(fields: Fields) -> IngestStatus:
    def failure(fields: Fields) -> IngestFailure:
        return IngestFailure(fields.text("path"), fields.text("reason"))

    try:
        phase = IngestPhase(fields.text("phase"))
    except ValueError as error:
        raise fields.wrong("phase", "a phase this player knows") from error
    return IngestStatus(
        phase, fields.count("done"), fields.count("total"), fields.count("songs"), fields.list("failures", failure)
    )
