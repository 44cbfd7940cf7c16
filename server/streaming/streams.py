"""Which file a song is streamed from, what content that is and how it is cut. Called by routes and jobs; results
are kept for the songs in use.

What ingest has measured is taken from the song's row: the stream begins without opening the file. A song that is
not analysed yet is measured here at once, as far as streaming needs it: its hash and its exact length.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import update

from server.db.models import LibraryFolder, Song
from server.db.session import Database
from server.problems import Problem, not_found
from server.streaming.ladder import ENCODING, Timeline
from server.streaming.source_format import SourceFormat, SourceUnreadable

_KEPT = 256
_CONTENT_DIGITS = 32


@dataclass(frozen=True, slots=True)
class SourceFile:
    path: Path
    size: int
    mtime_ns: int

    def is_unchanged(self) -> bool:
        """Raises FileNotFoundError and other OSErrors."""
        status = self.path.stat()
        return status.st_size == self.size and status.st_mtime_ns == self.mtime_ns


@dataclass(frozen=True, slots=True)
class Stream:
    song_id: str
    content: str
    """names the segments: of the file's hash and of how segments are made"""
    file: SourceFile
    source: SourceFormat
    timeline: Timeline


def file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _content(content_hash: str) -> str:
    """An address names the same bytes for ever: after the encoder changed, the segments have other addresses."""
    return hashlib.sha256(f"{ENCODING} {content_hash}".encode()).hexdigest()[:_CONTENT_DIGITS]


def _measured(song: Song) -> SourceFormat | None:
    if song.sample_rate is None or song.channels is None or song.sample_count is None:
        return None
    return SourceFormat(song.sample_rate, song.channels, song.sample_count)


def _probed(path: Path) -> SourceFormat:
    from server.streaming.source import probe  # the codecs are loaded by the first stream, not at start

    return probe(path)


class Streams:
    def __init__(self, database: Database, *, on_source_changed: Callable[[], None]) -> None:
        self._database = database
        self._on_source_changed = on_source_changed
        self._lock = threading.Lock()
        self._open: OrderedDict[str, Stream] = OrderedDict()

    def of_song(self, song_id: str) -> Stream:
        """Problem: NOT_FOUND, or SOURCE_UNREADABLE when the file is gone (410) or is another than before (409)."""
        with self._lock:
            known = self._open.get(song_id)
        if known is not None:
            self.check_source(known)
            with self._lock:
                if song_id in self._open:
                    self._open.move_to_end(song_id)
            return known
        stream = self._opened(song_id)
        with self._lock:
            self._open[song_id] = stream
            while len(self._open) > _KEPT:
                self._open.popitem(last=False)
        return stream

    def of_content(self, song_id: str, content: str) -> Stream:
        stream = self.of_song(song_id)
        if stream.content != content:
            raise Problem(409, "SOURCE_UNREADABLE", "This song's file was replaced; ask for the stream again.")
        return stream

    def check_source(self, stream: Stream) -> None:
        try:
            is_unchanged = stream.file.is_unchanged()
        except OSError as error:
            raise self._gone(stream.song_id, stream.file.path, error) from error
        if not is_unchanged:
            raise self._changed(stream.song_id, stream.file.path)

    def unreadable(self, stream: Stream, error: SourceUnreadable) -> Problem:
        self._forget(stream.song_id)
        return Problem(409, "SOURCE_UNREADABLE", str(error))

    def _opened(self, song_id: str) -> Stream:
        with self._database.reading() as session:
            song = session.get(Song, song_id)
            if song is None:
                raise not_found("song")
            folder = session.get(LibraryFolder, song.folder_id)
            assert folder is not None, "a song's folder is a foreign key"
        file = SourceFile(Path(folder.path, song.path), song.file_size, song.file_mtime_ns)
        try:
            if not file.is_unchanged():
                raise self._changed(song_id, file.path)
            source = _measured(song) or _probed(file.path)
            content_hash = song.content_hash or file_hash(file.path)
        except OSError as error:
            raise self._gone(song_id, file.path, error) from error
        except SourceUnreadable as error:
            raise Problem(409, "SOURCE_UNREADABLE", str(error)) from error
        timeline = Timeline(source.output_rate, source.output_sample_count)
        stream = Stream(song_id, _content(content_hash), file, source, timeline)
        if song.content_hash is None:
            self._note(stream, content_hash)
        return stream

    def _note(self, stream: Stream, content_hash: str) -> None:
        """Keeps the measurement, unless the row speaks of another file by now."""
        with self._database.session() as session:
            session.execute(
                update(Song)
                .where(Song.id == stream.song_id, Song.file_mtime_ns == stream.file.mtime_ns)
                .values(
                    content_hash=content_hash,
                    sample_rate=stream.source.rate,
                    channels=stream.source.channels,
                    sample_count=stream.source.sample_count,
                    duration_s=stream.source.duration_s,
                )
            )

    def _gone(self, song_id: str, path: Path, error: OSError) -> Problem:
        self._forget(song_id)
        self._on_source_changed()
        reason = (error.strerror or "it cannot be read").lower()
        return Problem(410, "SOURCE_UNREADABLE", f"The file “{path.name}” cannot be read: {reason}.")

    def _changed(self, song_id: str, path: Path) -> Problem:
        self._forget(song_id)
        self._on_source_changed()
        return Problem(409, "SOURCE_UNREADABLE", f"The file “{path.name}” has changed; it is being read again.")

    def _forget(self, song_id: str) -> None:
        with self._lock:
            self._open.pop(song_id, None)
