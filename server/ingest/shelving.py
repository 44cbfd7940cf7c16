"""Puts what the scan and the analysis found into the catalogue: songs, artists, albums, covers, failures. Every
function works within the caller's session, on the ingest's job thread."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.catalog.covers import Covers, PictureRefused
from server.catalog.folding import sort_key
from server.db.models import Album, IngestFailure, LibraryFolder, Song, SongArtist, SongGenre
from server.ingest.albums import album_of, artist_named
from server.ingest.analysis import Analysis
from server.ingest.walk import FoundFile

if TYPE_CHECKING:
    from server.ingest.tags import SongTags

_COVER_NAMES = ("cover", "folder", "front", "albumart")
_COVER_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
_MAX_LYRICS_BYTES = 256 << 10


@dataclass(frozen=True, slots=True)
class ReadSong:
    """A file with what it says of itself."""

    file: FoundFile
    tags: SongTags
    lyrics: str | None
    cover: bytes | None


def companions(root: Path, file: FoundFile, tags: SongTags) -> ReadSong:
    """Adds what lies beside the file: lyrics, and the folder's picture where the file has none."""
    path = root / file.path
    return ReadSong(file, tags, _lyrics_beside(path) or tags.lyrics, tags.cover or _picture_beside(path))


def _lyrics_beside(path: Path) -> str | None:
    beside = path.with_suffix(".lrc")
    try:
        if not beside.is_file() or beside.stat().st_size > _MAX_LYRICS_BYTES:
            return None
        return beside.read_bytes().decode("utf-8", "replace").replace("\0", "")
    except OSError:
        return None


def _picture_beside(path: Path) -> bytes | None:
    try:
        names = {entry.name.lower(): entry for entry in path.parent.iterdir()}
    except OSError:
        return None
    for stem in _COVER_NAMES:
        for suffix in _COVER_SUFFIXES:
            entry = names.get(stem + suffix)
            if entry is not None:
                try:
                    return entry.read_bytes()
                except OSError:
                    continue
    return None


def shelve(session: Session, covers: Covers, folder_id: str, read: ReadSong) -> str:
    """Makes or renews the song of this file; gives its id. What was measured of other bytes is forgotten."""
    song = session.scalar(select(Song).where(Song.folder_id == folder_id, Song.path == read.file.path))
    if song is None:
        song = Song(folder_id=folder_id, path=read.file.path)
        session.add(song)
    tags = read.tags
    song.title, song.sort_key = tags.title, sort_key(tags.title)
    song.track_number, song.disc_number, song.year = tags.track_number, tags.disc_number, tags.year
    song.duration_s = tags.duration_s
    song.file_size, song.file_mtime_ns = read.file.size, read.file.mtime_ns
    song.removed_at = None
    song.content_hash = song.sample_rate = song.channels = song.sample_count = None
    song.track_lufs = song.track_peak_dbtp = song.waveform = None
    song.lyrics = read.lyrics
    song.cover_id = _kept_cover(session, covers, read.cover)
    artists = [artist_named(session, name, song.cover_id) for name in tags.artists]
    song.album_id = None
    if tags.album:
        song.album_id = album_of(session, song, tags.album, tags.album_artist, artists[0]).id
    session.flush()
    session.execute(delete(SongArtist).where(SongArtist.song_id == song.id))
    session.execute(delete(SongGenre).where(SongGenre.song_id == song.id))
    session.add_all(
        SongArtist(song_id=song.id, artist_id=artist.id, position=position)
        for position, artist in enumerate(dict.fromkeys(artists))
    )
    session.add_all(SongGenre(song_id=song.id, name=name) for name in tags.genres)
    session.execute(
        delete(IngestFailure).where(IngestFailure.folder_id == folder_id, IngestFailure.path == read.file.path)
    )
    session.flush()
    return song.id


def _kept_cover(session: Session, covers: Covers, data: bytes | None) -> str | None:
    if data is None:
        return None
    try:
        return covers.keep(session, data)
    except PictureRefused:  # a song with a bad picture is still a song
        return None


def note_failure(session: Session, folder_id: str, path: str, reason: str, file: FoundFile | None = None) -> None:
    session.merge(
        IngestFailure(
            folder_id=folder_id,
            path=path,
            reason=reason,
            file_size=file.size if file else 0,
            file_mtime_ns=file.mtime_ns if file else 0,
        )
    )


def withdraw(session: Session, song: Song) -> None:
    """The file is gone or useless: the song leaves the lists, its row stays for playlists."""
    song.removed_at = time.time()


def note_analysis(session: Session, song_id: str, read_mtime_ns: int, analysis: Analysis) -> bool:
    """False when the row speaks of another file by now."""
    song = session.get(Song, song_id)
    if song is None or song.removed_at is not None or song.file_mtime_ns != read_mtime_ns:
        return False
    source = analysis.source
    song.content_hash = analysis.content_hash
    song.sample_rate, song.channels, song.sample_count = source.rate, source.channels, source.sample_count
    song.duration_s = source.duration_s
    song.track_lufs, song.track_peak_dbtp = analysis.track_lufs, analysis.track_peak_dbtp
    song.waveform = analysis.waveform
    session.flush()
    if song.album_id is not None:
        _measure_album(session, song.album_id)
    return True


def _measure_album(session: Session, album_id: str) -> None:
    from server.ingest.loudness import album_loudness

    rows = session.execute(
        select(Song.track_lufs, Song.track_peak_dbtp, Song.duration_s).where(
            Song.album_id == album_id, Song.removed_at.is_(None)
        )
    ).all()
    album = session.get(Album, album_id)
    assert album is not None, "a song's album is a foreign key"
    measured = [(lufs, peak, duration) for lufs, peak, duration in rows if lufs is not None and peak is not None]
    if len(measured) < len(rows):
        return  # half an album's loudness would be another each minute
    album.album_lufs = round(album_loudness([(lufs, duration) for lufs, _, duration in measured]), 2)
    album.album_peak_dbtp = max(peak for _, peak, _ in measured)


def register_folder(session: Session, path: Path, *, is_demo: bool = False) -> str:
    """The folder's id, new or known."""
    text = str(path)
    folder = session.scalar(select(LibraryFolder).where(LibraryFolder.path == text))
    if folder is None:
        folder = LibraryFolder(path=text, is_demo=is_demo)
        session.add(folder)
        session.flush()
    return folder.id
