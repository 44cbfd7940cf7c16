"""Rows of a small library written straight into a backend's database, for tests that need no sound.

The Lowlands   Night Ferry (2019, indie folk): Night Ferry, Harbour Lights, Slow Water
Mira Vance     Tidal Clock (2021, electronic): Tidal Clock, T.N.T., Øresund
               Glass Hours (1984, electronic): Glass Hours
Dvořák         (no album): Rusalka
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from server.catalog.folding import sort_key
from server.catalog.search_index import reindex
from server.db.models import Album, Artist, LibraryFolder, Song, SongArtist, SongGenre

SONG_S = 100.0


def seed_library(session: Session) -> None:
    folder = LibraryFolder(id="lf_music", path="/music")
    session.add(folder)
    lowlands, vance, dvorak = (_artist(session, name) for name in ("The Lowlands", "Mira Vance", "Dvořák"))
    ferry = _album(session, "Night Ferry", lowlands, 2019, added_at=1.0)
    clock = _album(session, "Tidal Clock", vance, 2021, added_at=2.0)
    glass = _album(session, "Glass Hours", vance, 1984, added_at=3.0)
    session.flush()
    songs = [
        *_songs(session, ("Night Ferry", "Harbour Lights", "Slow Water"), ferry, lowlands, "Indie Folk"),
        *_songs(session, ("Tidal Clock", "T.N.T.", "Øresund"), clock, vance, "Electronic"),
        *_songs(session, ("Glass Hours",), glass, vance, "Electronic"),
        *_songs(session, ("Rusalka",), None, dvorak, "Opera"),
    ]
    session.flush()
    reindex(session, [song.id for song in songs])


def song_id(title: str) -> str:
    return f"so_{sort_key(title).replace(' ', '_')}"


def _artist(session: Session, name: str) -> Artist:
    artist = Artist(id=f"ar_{sort_key(name).replace(' ', '_')}", name=name, sort_key=sort_key(name))
    session.add(artist)
    return artist


def _album(session: Session, title: str, artist: Artist, year: int, *, added_at: float) -> Album:
    album_id = f"al_{sort_key(title).replace(' ', '_')}"
    album = Album(
        id=album_id, title=title, sort_key=sort_key(title), artist_id=artist.id, year=year, added_at=added_at
    )
    session.add(album)
    return album


def _songs(session: Session, titles: Sequence[str], album: Album | None, artist: Artist, genre: str) -> list[Song]:
    songs = []
    for number, title in enumerate(titles, 1):
        song = Song(
            id=song_id(title),
            title=title,
            sort_key=sort_key(title),
            album_id=album.id if album is not None else None,
            track_number=number,
            year=album.year if album is not None else None,
            duration_s=SONG_S,
            added_at=(album.added_at if album is not None else 0.0) + number / 10,
            folder_id="lf_music",
            path=f"{artist.name}/{title}.flac",
            file_size=1,
            file_mtime_ns=1,
            track_lufs=-14.0,  # measured: nothing is left for the analysis to look for
            track_peak_dbtp=-1.0,
        )
        session.add(song)
        session.flush()
        session.add(SongArtist(song_id=song.id, artist_id=artist.id))
        session.add(SongGenre(song_id=song.id, name=genre))
        songs.append(song)
    return songs
