"""Albums as listeners see them. An album without any available song is in no list."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from server.catalog.paging import Key, id_page, order_named
from server.catalog.shapes import AlbumDetail, AlbumShape, ArtistRef, Page
from server.catalog.songs import album_song_ids, cover_ref, song_shapes
from server.db.models import Album, Artist, Cover, Song, SongGenre
from server.problems import not_found

_YEAR = func.coalesce(Album.year, 0)
ORDERS: dict[str, Key] = {
    "title": (Album.sort_key, Album.id),
    "artist": (Artist.sort_key, _YEAR, Album.sort_key, Album.id),
    "year": (_YEAR, Album.sort_key, Album.id),
    "added": (Album.added_at, Album.id),
}
_GENRES_SHOWN = 5


def available_albums() -> Select[str]:
    has_song = select(Song.id).where(Song.album_id == Album.id, Song.removed_at.is_(None)).exists()
    return select(Album.id).join(Artist, Album.artist_id == Artist.id).where(has_song)


def album_page(session: Session, *, sort: str, genre: str | None, cursor: str | None, limit: int) -> Page[AlbumShape]:
    rows = available_albums()
    if genre is not None:
        rows = rows.where(Album.id.in_(albums_of_genre(genre)))
    page = id_page(session, rows, order_named(sort, ORDERS), cursor=cursor, limit=limit)
    return Page(items=album_shapes(session, page.ids), next=page.next, total=page.total)


def albums_of_genre(genre: str) -> Select[str | None]:
    return (
        select(Song.album_id)
        .join(SongGenre, SongGenre.song_id == Song.id)
        .where(SongGenre.name == genre, Song.removed_at.is_(None), Song.album_id.is_not(None))
    )


def album_detail(session: Session, album_id: str, user_id: str) -> AlbumDetail:
    """Shown by id even when its songs are gone: whoever holds the id has seen it."""
    shapes = album_shapes(session, [album_id])
    if not shapes:
        raise not_found("album")
    songs = song_shapes(session, album_song_ids(session, album_id), user_id)
    return AlbumDetail(**dict(shapes[0]), songs=songs)


def album_ids_of(session: Session, artist_id: str) -> list[str]:
    """Newest first."""
    rows = available_albums().where(Album.artist_id == artist_id)
    return list(session.scalars(rows.order_by(_YEAR.desc(), Album.sort_key, Album.id)))


def album_shapes(session: Session, album_ids: Sequence[str]) -> list[AlbumShape]:
    """In the order of the ids; three queries, however many."""
    if not album_ids:
        return []
    totals = {
        album_id: (count, duration)
        for album_id, count, duration in session.execute(
            select(Song.album_id, func.count(), func.sum(Song.duration_s))
            .where(Song.album_id.in_(album_ids), Song.removed_at.is_(None))
            .group_by(Song.album_id)
        )
    }
    genres = _genres_of(session, album_ids)
    shapes: dict[str, AlbumShape] = {}
    for row in session.execute(
        select(
            Album.id,
            Album.title,
            Album.year,
            Album.kind,
            Artist.id.label("artist_id"),
            Artist.name.label("artist_name"),
            Cover.id.label("cover_id"),
            Cover.colour,
        )
        .join(Artist, Album.artist_id == Artist.id)
        .outerjoin(Cover, Album.cover_id == Cover.id)
        .where(Album.id.in_(album_ids))
    ):
        count, duration = totals.get(row.id, (0, 0.0))
        shapes[row.id] = AlbumShape(
            id=row.id,
            title=row.title,
            artists=[ArtistRef(id=row.artist_id, name=row.artist_name)],
            year=row.year,
            genres=genres.get(row.id, []),
            cover=cover_ref(row.cover_id, row.colour),
            song_count=count,
            duration_s=duration,
            kind=row.kind,
            is_liked=False,
        )
    return [shapes[album_id] for album_id in album_ids if album_id in shapes]


def _genres_of(session: Session, album_ids: Collection[str]) -> dict[str, list[str]]:
    """The most frequent first."""
    rows = session.execute(
        select(Song.album_id, SongGenre.name)
        .join(Song, SongGenre.song_id == Song.id)
        .where(Song.album_id.in_(album_ids), Song.removed_at.is_(None))
        .group_by(Song.album_id, SongGenre.name)
        .order_by(func.count().desc(), SongGenre.name)
    )
    genres: dict[str, list[str]] = {}
    for album_id, name in rows:
        if album_id is not None:
            genres.setdefault(album_id, []).append(name)
    return {album_id: names[:_GENRES_SHOWN] for album_id, names in genres.items()}
