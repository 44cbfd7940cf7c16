"""The first pass over a folder: what is new, changed, moved or gone, and the tags of it. Called by `Ingest` on a job
thread. Songs are in the catalogue, and playable, as soon as their batch is committed.

A file is taken for unchanged while its size and time are. A new file whose content is that of a song that went
missing is that song, moved: it keeps its id, and so its place in playlists.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.catalog import search_index
from server.catalog.covers import Covers
from server.db.models import IngestFailure, LibraryFolder, Song
from server.db.session import Database
from server.ingest.progress import Progress
from server.ingest.shelving import ReadSong, companions, note_failure, shelve, withdraw
from server.ingest.walk import FoundFile, Walk, walk
from server.jobs import StopSignal

log = logging.getLogger("server.ingest")
_BATCH = 50


@dataclass(frozen=True, slots=True)
class _Known:
    song_id: str
    path: str
    size: int
    mtime_ns: int
    content_hash: str | None
    is_removed: bool


class FolderScan:
    def __init__(self, database: Database, covers: Covers, progress: Progress) -> None:
        self._database = database
        self._covers = covers
        self._progress = progress

    def run(self, folder_id: str, root: Path, stop: StopSignal) -> None:
        found = walk(root)
        known, failed = self._known(folder_id)
        changed = [file for file in found.files if _is_news(file, known.get(file.path), failed.get(file.path))]
        present = {file.path for file in found.files}
        missing = [song for path, song in known.items() if path not in present and found.covers(path)]
        changed = self._follow_moves(folder_id, root, changed, missing)
        self._read(folder_id, root, changed, stop)
        if stop.is_set():
            return
        self._settle(folder_id, found, [song for song in missing if not song.is_removed], failed.keys() - present)

    def _known(self, folder_id: str) -> tuple[dict[str, _Known], dict[str, tuple[int, int]]]:
        columns = (Song.id, Song.path, Song.file_size, Song.file_mtime_ns, Song.content_hash, Song.removed_at)
        with self._database.reading() as session:
            songs = {
                row[1]: _Known(*row[:5], is_removed=row[5] is not None)
                for row in session.execute(select(*columns).where(Song.folder_id == folder_id))
            }
            rows = session.execute(
                select(IngestFailure.path, IngestFailure.file_size, IngestFailure.file_mtime_ns).where(
                    IngestFailure.folder_id == folder_id
                )
            )
            return songs, {path: (size, mtime_ns) for path, size, mtime_ns in rows}

    def _follow_moves(
        self, folder_id: str, root: Path, changed: list[FoundFile], missing: list[_Known]
    ) -> list[FoundFile]:
        """Gives moved songs their new path; what is left is to be read."""
        by_size: dict[int, list[_Known]] = {}
        for song in missing:
            if song.content_hash is not None:
                by_size.setdefault(song.size, []).append(song)
        left = []
        for file in changed:
            moved = _same_content(root / file.path, by_size.get(file.size, []))
            if moved is None:
                left.append(file)
                continue
            by_size[file.size].remove(moved)
            with self._database.session() as session:
                if self._move(session, folder_id, moved, file):
                    missing.remove(moved)
                else:
                    left.append(file)
        return left

    def _move(self, session: Session, folder_id: str, moved: _Known, file: FoundFile) -> bool:
        song = session.get(Song, moved.song_id)
        stands_there = session.scalar(select(Song.id).where(Song.folder_id == folder_id, Song.path == file.path))
        if song is None or stands_there is not None:
            return False
        song.path, song.file_mtime_ns, song.removed_at = file.path, file.mtime_ns, None
        search_index.reindex(session, [song.id])
        return True

    def _read(self, folder_id: str, root: Path, files: list[FoundFile], stop: StopSignal) -> None:
        remaining = iter(files)
        done = 0
        while batch := list(islice(remaining, _BATCH)):
            if stop.is_set():
                return
            outcomes = [(file, _read_song(root, file)) for file in batch]
            with self._database.session() as session:
                self._shelve(session, folder_id, outcomes)
            done += len(batch)
            self._progress.show("scanning", done, len(files))

    def _shelve(self, session: Session, folder_id: str, outcomes: list[tuple[FoundFile, ReadSong | str]]) -> None:
        song_ids = []
        for file, outcome in outcomes:
            if isinstance(outcome, ReadSong):
                song_ids.append(shelve(session, self._covers, folder_id, outcome))
                continue
            self._progress.tell(f"“{file.path}” skipped: {outcome}")
            note_failure(session, folder_id, file.path, outcome, file)
            broken = session.scalar(select(Song).where(Song.folder_id == folder_id, Song.path == file.path))
            if broken is not None and broken.removed_at is None:
                withdraw(session, broken)
                song_ids.append(broken.id)
        search_index.reindex(session, song_ids)

    def _settle(self, folder_id: str, found: Walk, gone: list[_Known], cleared: set[str]) -> None:
        with self._database.session() as session:
            for known in gone:
                song = session.get(Song, known.song_id)
                if song is not None:
                    withdraw(session, song)
            search_index.reindex(session, [known.song_id for known in gone])
            for path in cleared - found.failures.keys():
                session.execute(
                    delete(IngestFailure).where(IngestFailure.folder_id == folder_id, IngestFailure.path == path)
                )
            for path, reason in found.failures.items():
                note_failure(session, folder_id, path, reason)
            folder = session.get(LibraryFolder, folder_id)
            if folder is not None:
                folder.scanned_at = time.time()
        if gone:
            log.info("%d songs are gone from the library", len(gone))


def _is_news(file: FoundFile, song: _Known | None, failed: tuple[int, int] | None) -> bool:
    if failed == (file.size, file.mtime_ns):
        return False
    return song is None or song.is_removed or (song.size, song.mtime_ns) != (file.size, file.mtime_ns)


def _same_content(path: Path, candidates: list[_Known]) -> _Known | None:
    if not candidates:
        return None
    try:
        with path.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError:
        return None
    return next((song for song in candidates if song.content_hash == digest), None)


def _read_song(root: Path, file: FoundFile) -> ReadSong | str:
    from server.ingest.tags import TagsUnreadable, read_tags  # mutagen is loaded by the first new file, not at start

    try:
        return companions(root, file, read_tags(root / file.path))
    except TagsUnreadable as error:
        return str(error)


def unanalysed(session: Session, limit: int) -> Iterator[tuple[str, str, str, int]]:
    """(song id, folder path, path, mtime) of songs without loudness, in the order they came."""
    rows = session.execute(
        select(Song.id, LibraryFolder.path, Song.path, Song.file_mtime_ns)
        .join(LibraryFolder, Song.folder_id == LibraryFolder.id)
        .where(Song.track_lufs.is_(None), Song.removed_at.is_(None))
        .order_by(Song.added_at, Song.id)
        .limit(limit)
    )
    return ((song_id, folder, path, mtime_ns) for song_id, folder, path, mtime_ns in rows)
