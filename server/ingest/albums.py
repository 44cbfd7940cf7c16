"""Which album a song belongs to, when its tags leave it open. Called by `shelving.py` within its session.

Tags that name an album artist are believed, also for the songs beside that name none. Without any, songs of one
folder that name the same album are that album: by different artists it is a compilation ("Various artists"), as
soundtracks and samplers mostly are; where one name begins with the other ("Nina", "Nina feat. Tom") the shorter one
made the album.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.catalog.folding import sort_key
from server.db.models import Album, Artist, Song, SongArtist

VARIOUS_ARTISTS = "Various artists"


def artist_named(session: Session, name: str, cover_id: str | None) -> Artist:
    artist = session.scalar(select(Artist).where(Artist.name == name))
    if artist is None:
        artist = Artist(name=name, sort_key=sort_key(name))
        session.add(artist)
    artist.cover_id = artist.cover_id or cover_id
    session.flush()
    return artist


def album_of(session: Session, song: Song, title: str, album_artist: str | None, first_artist: Artist) -> Album:
    beside = _beside(session, song, title)
    if album_artist is not None:
        artist = artist_named(session, album_artist, song.cover_id)
        album = _known(session, artist, title)
        if album is None and beside is not None and _is_open(session, beside, artist, first_artist):
            album, beside.artist = beside, artist
    else:
        artist = first_artist
        album = _shared(session, beside, artist) if beside is not None else _known(session, artist, title)
    if album is None:
        album = Album(title=title, sort_key=sort_key(title), artist=artist, year=song.year)
        session.add(album)
    album.year = album.year or song.year
    album.cover_id = album.cover_id or song.cover_id
    session.flush()
    return album


def _known(session: Session, artist: Artist, title: str) -> Album | None:
    return session.scalar(
        select(Album).where(Album.artist_id == artist.id, Album.title == title).order_by(Album.added_at)
    )


def _beside(session: Session, song: Song, title: str) -> Album | None:
    """The album of this title that another song of the same folder is on."""
    rows = session.execute(
        select(Song.path, Song.album_id)
        .join(Album, Song.album_id == Album.id)
        .where(Album.sort_key == sort_key(title), Album.title == title)
        .where(Song.folder_id == song.folder_id, Song.path != song.path, Song.removed_at.is_(None))
        .order_by(Album.added_at, Album.id)
    )
    here = PurePosixPath(song.path).parent
    album_id = next((album_id for path, album_id in rows if PurePosixPath(path).parent == here), None)
    return None if album_id is None else session.get(Album, album_id)


def _is_open(session: Session, album: Album, named: Artist, first_artist: Artist) -> bool:
    """Whether the tags of the songs on it left it open who made the album, now that one names somebody."""
    if album.artist.name == VARIOUS_ARTISTS:
        return True
    return named != first_artist and _plays_on_it(session, album)


def _plays_on_it(session: Session, album: Album) -> bool:
    """Whether its artist is one of its songs': if not, tags named the album artist."""
    rows = select(SongArtist.song_id).join(Song, SongArtist.song_id == Song.id)
    rows = rows.where(Song.album_id == album.id, SongArtist.artist_id == album.artist_id)
    return session.scalar(rows.limit(1)) is not None


def _shared(session: Session, album: Album, newcomer: Artist) -> Album:
    """The album, by whom it is now that `newcomer` plays on it too."""
    made_by = album.artist.name
    if made_by == VARIOUS_ARTISTS or newcomer.name.startswith(made_by) or not _plays_on_it(session, album):
        return album
    artist = newcomer if made_by.startswith(newcomer.name) else artist_named(session, VARIOUS_ARTISTS, album.cover_id)
    existing = _known(session, artist, album.title)
    if existing is None:
        album.artist = artist
        session.flush()
        return album
    session.execute(update(Song).where(Song.album_id == album.id).values(album_id=existing.id))
    return existing
