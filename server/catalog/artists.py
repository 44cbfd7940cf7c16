"""Artists as listeners see them: those with an available song or an album that has one. And the genres."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from server.catalog.albums import album_ids_of, album_shapes
from server.catalog.paging import Order, id_page
from server.catalog.shapes import ArtistDetail, ArtistShape, CoverRef, GenreShape, Page
from server.catalog.songs import cover_ref, song_shapes, top_song_ids
from server.db.models import Album, Artist, Cover, Song, SongArtist, SongGenre
from server.problems import not_found

_BY_NAME = Order("name", (Artist.sort_key, Artist.id), is_descending=False)
_GENRES_SHOWN = 5
_TOP_SONGS = 10


def available_artists() -> Select[str]:
    sings = (
        select(Song.id)
        .join(SongArtist, SongArtist.song_id == Song.id)
        .where(SongArtist.artist_id == Artist.id, Song.removed_at.is_(None))
    )
    has_album = (
        select(Song.id)
        .join(Album, Song.album_id == Album.id)
        .where(Album.artist_id == Artist.id, Song.removed_at.is_(None))
    )
    return select(Artist.id).where(sings.exists() | has_album.exists())


def artist_page(session: Session, *, cursor: str | None, limit: int) -> Page[ArtistShape]:
    page = id_page(session, available_artists(), _BY_NAME, cursor=cursor, limit=limit)
    return Page(items=artist_shapes(session, page.ids), next=page.next, total=page.total)


def artist_detail(session: Session, artist_id: str, user_id: str) -> ArtistDetail:
    shapes = artist_shapes(session, [artist_id])
    if not shapes:
        raise not_found("artist")
    top = song_shapes(session, top_song_ids(session, _TOP_SONGS, artist_id=artist_id), user_id)
    albums = album_shapes(session, album_ids_of(session, artist_id))
    return ArtistDetail(**dict(shapes[0]), top_songs=top, albums=albums)


def artist_shapes(session: Session, artist_ids: Sequence[str]) -> list[ArtistShape]:
    """In the order of the ids; five queries, however many."""
    if not artist_ids:
        return []
    songs = _counts(
        session,
        select(SongArtist.artist_id, func.count())
        .join(Song, SongArtist.song_id == Song.id)
        .where(SongArtist.artist_id.in_(artist_ids), Song.removed_at.is_(None))
        .group_by(SongArtist.artist_id),
    )
    albums = _counts(
        session,
        select(Album.artist_id, func.count(Album.id.distinct()))
        .join(Song, Song.album_id == Album.id)
        .where(Album.artist_id.in_(artist_ids), Song.removed_at.is_(None))
        .group_by(Album.artist_id),
    )
    genres = _genres_of(session, artist_ids)
    album_covers = _album_covers(session, artist_ids)
    rows = session.execute(
        select(Artist.id, Artist.name, Cover.id.label("cover_id"), Cover.colour)
        .outerjoin(Cover, Artist.cover_id == Cover.id)
        .where(Artist.id.in_(artist_ids))
    )
    shapes = {
        row.id: ArtistShape(
            id=row.id,
            name=row.name,
            cover=cover_ref(row.cover_id, row.colour) or album_covers.get(row.id),
            album_count=albums.get(row.id, 0),
            song_count=songs.get(row.id, 0),
            genres=genres.get(row.id, []),
            is_liked=False,
        )
        for row in rows
    }
    return [shapes[artist_id] for artist_id in artist_ids if artist_id in shapes]


def genre_shapes(session: Session) -> list[GenreShape]:
    """The largest first."""
    rows = session.execute(
        select(SongGenre.name, func.count())
        .join(Song, SongGenre.song_id == Song.id)
        .where(Song.removed_at.is_(None))
        .group_by(SongGenre.name)
        .order_by(func.count().desc(), SongGenre.name)
    )
    return [GenreShape(name=name, song_count=count) for name, count in rows]


def _counts(session: Session, rows: Select[str, int]) -> dict[str, int]:
    return {artist_id: count for artist_id, count in session.execute(rows)}  # noqa: C416 - rows are no plain tuples


def _genres_of(session: Session, artist_ids: Sequence[str]) -> dict[str, list[str]]:
    rows = session.execute(
        select(SongArtist.artist_id, SongGenre.name)
        .join(Song, SongArtist.song_id == Song.id)
        .join(SongGenre, SongGenre.song_id == Song.id)
        .where(SongArtist.artist_id.in_(artist_ids), Song.removed_at.is_(None))
        .group_by(SongArtist.artist_id, SongGenre.name)
        .order_by(func.count().desc(), SongGenre.name)
    )
    genres: dict[str, list[str]] = {}
    for artist_id, name in rows:
        genres.setdefault(artist_id, []).append(name)
    return {artist_id: names[:_GENRES_SHOWN] for artist_id, names in genres.items()}


def _album_covers(session: Session, artist_ids: Sequence[str]) -> dict[str, CoverRef]:
    """Of the newest album that has one."""
    rows = session.execute(
        select(Album.artist_id, Cover.id, Cover.colour)
        .join(Cover, Album.cover_id == Cover.id)
        .where(Album.artist_id.in_(artist_ids))
        .order_by(func.coalesce(Album.year, 0), Album.id)
    )
    return {artist_id: CoverRef(id=cover_id, colour=colour) for artist_id, cover_id, colour in rows}
