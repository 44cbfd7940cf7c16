"""The shelves of the home page: made from what the listener plays and keeps and from what the library holds.

The same data gives the same shelves; an empty library gives none. Called in request threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Annotated, Literal

from pydantic import BaseModel, Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.catalog.albums import album_shapes, albums_of_genre, available_albums
from server.catalog.artists import artist_shapes, available_artists, genre_shapes
from server.catalog.shapes import AlbumShape, ArtistShape, PlaylistShape, SongShape
from server.catalog.songs import song_shapes
from server.db.models import Album, Artist, LikedSong, PlayEvent, Song, SongArtist
from server.playlists.summaries import playlist_ids_of, playlist_shapes

_QUICK_ITEMS = 6
_QUICK_ALBUMS = 4
_SHELF_ITEMS = 12
_SONGS = 10
_GENRE_SHELVES = 3
_GENRE_NEEDS_ALBUMS = 2

Item = Annotated[AlbumShape | ArtistShape | PlaylistShape | SongShape, Field(discriminator="type")]


class Shelf(BaseModel):
    id: str
    title: str
    kind: Literal["quick", "albums", "artists", "playlists", "tracks"]
    items: list[Item]


class Home(BaseModel):
    shelves: list[Shelf]


def home(session: Session, user_id: str) -> Home:
    newest = _newest_albums(session)
    shelves = [
        _quick(session, user_id, newest),
        Shelf(id="new", title="New here", kind="albums", items=[*album_shapes(session, newest)]),
        Shelf(id="most-played", title="Played most", kind="tracks", items=[*_most_played(session, user_id)]),
        *_genres(session),
        Shelf(id="artists", title="Artists", kind="artists", items=[*_artists(session)]),
        Shelf(id="liked", title="Songs you like", kind="tracks", items=[*_liked(session, user_id)]),
        Shelf(id="playlists", title="Your playlists", kind="playlists", items=[*_playlists(session, user_id)]),
    ]
    return Home(shelves=[shelf for shelf in shelves if shelf.items])


def _quick(session: Session, user_id: str, newest: Sequence[str]) -> Shelf:
    """What was played last and the playlists at hand, filled up with what is new."""
    recent = _recent_albums(session, user_id)
    playlists = [shape for shape in _playlists(session, user_id) if shape.song_count][:_QUICK_ITEMS]
    albums = album_shapes(session, list(dict.fromkeys(chain(recent, newest)))[:_QUICK_ITEMS])
    first = albums[: max(min(len(recent), _QUICK_ALBUMS), _QUICK_ITEMS - len(playlists))]
    items: list[Item] = [*first, *playlists]
    return Shelf(id="quick", title="Jump back in", kind="quick", items=items[:_QUICK_ITEMS])


def _recent_albums(session: Session, user_id: str) -> list[str]:
    last = func.max(PlayEvent.started_at)
    rows = (
        select(Song.album_id)
        .join(PlayEvent, PlayEvent.song_id == Song.id)
        .where(PlayEvent.user_id == user_id, Song.removed_at.is_(None), Song.album_id.is_not(None))
        .group_by(Song.album_id)
        .order_by(last.desc(), Song.album_id)
        .limit(_QUICK_ITEMS)
    )
    return [album_id for album_id in session.scalars(rows) if album_id is not None]


def _newest_albums(session: Session) -> list[str]:
    rows = available_albums().order_by(Album.added_at.desc(), Album.sort_key, Album.id).limit(_SHELF_ITEMS)
    return list(session.scalars(rows))


def _most_played(session: Session, user_id: str) -> list[SongShape]:
    rows = select(Song.id).where(Song.plays > 0, Song.removed_at.is_(None))
    rows = rows.order_by(Song.plays.desc(), Song.sort_key, Song.id).limit(_SONGS)
    return song_shapes(session, list(session.scalars(rows)), user_id)


def _genres(session: Session) -> list[Shelf]:
    shelves: list[Shelf] = []
    for genre in genre_shapes(session):
        if len(shelves) == _GENRE_SHELVES:
            break
        rows = available_albums().where(Album.id.in_(albums_of_genre(genre.name)))
        rows = rows.order_by(func.coalesce(Album.year, 0).desc(), Album.sort_key, Album.id).limit(_SHELF_ITEMS)
        ids = list(session.scalars(rows))
        if len(ids) >= _GENRE_NEEDS_ALBUMS:
            items: list[Item] = [*album_shapes(session, ids)]
            shelves.append(Shelf(id=f"genre:{genre.name}", title=genre.name, kind="albums", items=items))
    return shelves


def _artists(session: Session) -> list[ArtistShape]:
    plays = func.coalesce(func.sum(Song.plays), 0)
    rows = (
        available_artists()
        .join(SongArtist, SongArtist.artist_id == Artist.id)
        .join(Song, SongArtist.song_id == Song.id)
        .where(Song.removed_at.is_(None))
        .group_by(Artist.id)
        .order_by(plays.desc(), func.count().desc(), Artist.sort_key, Artist.id)
        .limit(_SHELF_ITEMS)
    )
    return artist_shapes(session, list(session.scalars(rows)))


def _liked(session: Session, user_id: str) -> list[SongShape]:
    rows = (
        select(LikedSong.song_id)
        .join(Song, LikedSong.song_id == Song.id)
        .where(LikedSong.user_id == user_id, Song.removed_at.is_(None))
        .order_by(LikedSong.liked_at.desc(), LikedSong.song_id)
        .limit(_SONGS)
    )
    return song_shapes(session, list(session.scalars(rows)), user_id)


def _playlists(session: Session, user_id: str) -> list[PlaylistShape]:
    return playlist_shapes(session, playlist_ids_of(session, user_id)[:_SHELF_ITEMS])
