"""Songs as listeners see them. Lists find ids first, then `song_shapes` loads whatever a page shows in a constant
number of queries. Called in request threads with a session of theirs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from server.catalog.paging import IdPage, Key, id_page, order_named
from server.catalog.shapes import AlbumRef, ArtistRef, CoverRef, Loudness, Page, SongShape
from server.db.models import Album, Artist, Cover, LikedSong, Song, SongArtist, SongGenre

_FIRST_ARTIST_KEY = (
    select(Artist.sort_key)
    .join(SongArtist, SongArtist.artist_id == Artist.id)
    .where(SongArtist.song_id == Song.id)
    .order_by(SongArtist.position, Artist.id)
    .limit(1)
    .scalar_subquery()
)
_ON_ALBUM: Key = (func.coalesce(Song.disc_number, 0), func.coalesce(Song.track_number, 0), Song.sort_key, Song.id)
_ALBUM_KEY = func.coalesce(Album.sort_key, "")
ORDERS: dict[str, Key] = {
    "title": (Song.sort_key, Song.id),
    "artist": (func.coalesce(_FIRST_ARTIST_KEY, ""), _ALBUM_KEY, *_ON_ALBUM),
    "album": (_ALBUM_KEY, *_ON_ALBUM),
    "added": (Song.added_at, Song.id),
    "plays": (Song.plays, Song.id),
}
ON_ALBUM = _ON_ALBUM


def song_page(
    session: Session, user_id: str, *, sort: str, genre: str | None, cursor: str | None, limit: int
) -> Page[SongShape]:
    rows = select(Song.id).outerjoin(Album, Song.album_id == Album.id).where(Song.removed_at.is_(None))
    if genre is not None:
        rows = rows.where(Song.id.in_(select(SongGenre.song_id).where(SongGenre.name == genre)))
    return shaped(session, user_id, id_page(session, rows, order_named(sort, ORDERS), cursor=cursor, limit=limit))


def liked_page(session: Session, user_id: str, *, cursor: str | None, limit: int) -> Page[SongShape]:
    rows = (
        select(Song.id)
        .join(LikedSong, LikedSong.song_id == Song.id)
        .where(LikedSong.user_id == user_id, Song.removed_at.is_(None))
    )
    order = order_named("-liked", {"liked": (LikedSong.liked_at, Song.id)})
    return shaped(session, user_id, id_page(session, rows, order, cursor=cursor, limit=limit))


def top_song_ids(session: Session, limit: int, *, artist_id: str | None = None) -> list[str]:
    """Most played first; among the unplayed, a stable order by title."""
    rows = select(Song.id).where(Song.removed_at.is_(None))
    if artist_id is not None:
        rows = rows.where(Song.id.in_(select(SongArtist.song_id).where(SongArtist.artist_id == artist_id)))
    return list(session.scalars(rows.order_by(Song.plays.desc(), Song.sort_key, Song.id).limit(limit)))


def album_song_ids(session: Session, album_id: str) -> list[str]:
    rows = select(Song.id).where(Song.album_id == album_id, Song.removed_at.is_(None)).order_by(*ON_ALBUM)
    return list(session.scalars(rows))


def shaped(session: Session, user_id: str, page: IdPage) -> Page[SongShape]:
    return Page(items=song_shapes(session, page.ids, user_id), next=page.next, total=page.total)


def song_shapes(session: Session, song_ids: Sequence[str], user_id: str) -> list[SongShape]:
    """In the order of the ids, which may repeat; ids of no song are left out. Four queries, however many."""
    if not song_ids:
        return []
    wanted = set(song_ids)
    artists: dict[str, list[ArtistRef]] = {}
    for song_id, artist_id, name in session.execute(_artists_of(wanted)):
        artists.setdefault(song_id, []).append(ArtistRef(id=artist_id, name=name))
    genres: dict[str, list[str]] = {}
    for song_id, name in session.execute(
        select(SongGenre.song_id, SongGenre.name).where(SongGenre.song_id.in_(wanted)).order_by(SongGenre.name)
    ):
        genres.setdefault(song_id, []).append(name)
    liked = set(
        session.scalars(select(LikedSong.song_id).where(LikedSong.user_id == user_id, LikedSong.song_id.in_(wanted)))
    )
    shapes = {
        row.id: _shape(row, artists.get(row.id, []), genres.get(row.id, []), is_liked=row.id in liked)
        for row in session.execute(_columns_of(wanted))
    }
    return [shapes[song_id] for song_id in song_ids if song_id in shapes]


def cover_ref(cover_id: str | None, colour: str | None) -> CoverRef | None:
    return CoverRef(id=cover_id, colour=colour) if cover_id is not None and colour is not None else None


def _artists_of(song_ids: Iterable[str]) -> Select[str, str, str]:
    return (
        select(SongArtist.song_id, Artist.id, Artist.name)
        .join(Artist, SongArtist.artist_id == Artist.id)
        .where(SongArtist.song_id.in_(song_ids))
        .order_by(SongArtist.position, Artist.id)
    )


def _columns_of(song_ids: Iterable[str]) -> Select[*tuple[object, ...]]:
    # the waveform and the lyrics stay on disk
    return (
        select(
            Song.id,
            Song.title,
            Song.album_id,
            Album.title.label("album_title"),
            Song.track_number,
            Song.disc_number,
            Song.year,
            Song.duration_s,
            Song.plays,
            Song.lyrics.is_not(None).label("has_lyrics"),
            Song.removed_at.is_(None).label("is_available"),
            Song.track_lufs,
            Song.track_peak_dbtp,
            Album.album_lufs,
            Album.album_peak_dbtp,
            Cover.id.label("cover_id"),
            Cover.colour,
        )
        .outerjoin(Album, Song.album_id == Album.id)
        .outerjoin(Cover, Cover.id == func.coalesce(Song.cover_id, Album.cover_id))
        .where(Song.id.in_(song_ids))
    )


def _shape(
    row: Row[*tuple[object, ...]], artists: list[ArtistRef], genres: list[str], *, is_liked: bool
) -> SongShape:
    has_album = row.album_id is not None and row.album_title is not None
    return SongShape(
        id=row.id,
        title=row.title,
        artists=artists,
        album=AlbumRef(id=row.album_id, title=row.album_title) if has_album else None,
        track_number=row.track_number,
        disc_number=row.disc_number,
        year=row.year,
        duration_s=row.duration_s,
        genres=genres,
        cover=cover_ref(row.cover_id, row.colour),
        has_lyrics=row.has_lyrics,
        plays=row.plays,
        is_liked=is_liked,
        is_available=row.is_available,
        loudness=Loudness(
            track_lufs=row.track_lufs,
            track_peak_dbtp=row.track_peak_dbtp,
            album_lufs=row.album_lufs,
            album_peak_dbtp=row.album_peak_dbtp,
        ),
    )
