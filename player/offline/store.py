"""What is downloaded, and how far: one row a song and rendition in a SQLite file beside the containers. Used by the
download engine and by the vault, in the runtime's pool.

Promise: however the program ends, after the next `open` every row tells the truth about its file, and nothing that
was READY is lost or half there. So each step is on the disk before the next begins:
    DOWNLOADING  the container's `.part` is written; its journal is `progressed`, after each fsync
    VERIFYING    the writer's `finish`: checked, read back, renamed; the new name is the proof that all was well
    READY        only after the new name is on the disk
    REMOVING     before the file is touched; the row goes after the file
The rows carry a MAC (`keys.RowMac`): of one that was edited only the song is believed, and that is fetched anew.
File names are random, so a folder tells nothing of the music. Files that no row knows are removed, but not where the
table was made anew because the old one was unreadable: these are told as `strays`, since their licences can be asked
for again, and stay until `settle_strays`.
"""

from __future__ import annotations

import contextlib
import enum
import logging
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from player.errors import CacheError, Conflict, CryptoError, NotFound, StorageFull, StorageUnusable
from player.offline.container.writer import Progress
from player.offline.files import Files, storage_errors
from player.offline.keys import RowMac

log = logging.getLogger("offline")

_KIND = "download"
_NAME = "downloads.db"
_PART = ".part"
_BUSY_S = 3.0
_VERSION = 1
_SCHEMA = """
CREATE TABLE downloads (song TEXT NOT NULL, rendition TEXT NOT NULL, row BLOB NOT NULL, PRIMARY KEY (song, rendition))
    WITHOUT ROWID;
CREATE TABLE strays (are_kept INTEGER NOT NULL);
INSERT INTO strays VALUES (1);
"""


class State(enum.StrEnum):
    QUEUED = "queued"
    STOPPED = "stopped"
    DOWNLOADING = "downloading"
    VERIFYING = "verifying"
    READY = "ready"
    FAILED = "failed"
    REMOVING = "removing"


NEXT: dict[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.DOWNLOADING, State.STOPPED, State.FAILED, State.REMOVING}),
    State.STOPPED: frozenset({State.QUEUED, State.REMOVING}),
    State.DOWNLOADING: frozenset({State.QUEUED, State.STOPPED, State.VERIFYING, State.FAILED, State.REMOVING}),
    State.VERIFYING: frozenset({State.READY, State.QUEUED, State.FAILED, State.REMOVING}),
    State.READY: frozenset({State.QUEUED, State.REMOVING}),  # QUEUED: the scrub found it damaged
    State.FAILED: frozenset({State.QUEUED, State.REMOVING}),
    State.REMOVING: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Download:
    """`licence` is the leaf as it was signed, or the wrapped content key. `reason` is the code of what FAILED.
    `used_s`: UTC seconds."""

    song: str
    rendition: str
    file: str
    state: State = State.QUEUED
    licence: str = ""
    etag: str = ""
    plain_bytes: int = 0
    size_bytes: int = 0
    is_pinned: bool = False
    used_s: int = 0
    reason: str = ""

    @property
    def progress(self) -> Progress:
        return Progress(self.etag, self.plain_bytes)


Key = tuple[str, str]
"""song, rendition"""


class DownloadStore:
    """`open` makes it. Every method raises StorageFull or StorageUnusable where the disk does not do its part; the
    row is then as it was, or REMOVING where a file would not go: the next `open` tries again."""

    def __init__(self, folder: Path, files: Files, rows: RowMac, connection: sqlite3.Connection) -> None:
        self._folder = folder
        self._files = files
        self._rows = rows
        self._connection = connection
        self._lock = threading.RLock()
        self._downloads: dict[Key, Download] = {}
        self.strays: tuple[Path, ...] = ()

    @classmethod
    def open(cls, folder: Path, files: Files, rows: RowMac) -> DownloadStore:
        """With everything settled that the last end left open."""
        with storage_errors():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            connection = _connected(folder / _NAME)
        except sqlite3.DatabaseError as error:
            if not _is_damaged(error):
                raise _storage_error(error) from error
            log.info("the table of the downloads was unreadable and is kept aside")
            _keep_aside(folder / _NAME)
            try:
                connection = _connected(folder / _NAME)
            except sqlite3.Error as again:
                raise _storage_error(again) from again
        store = cls(folder, files, rows, connection)
        try:
            store._load()
            store._settle()
            store._sweep()
        except BaseException:
            connection.close()
            raise
        return store

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    # ---- what is there

    def all(self) -> list[Download]:
        with self._lock:
            return list(self._downloads.values())

    def find(self, song: str, rendition: str) -> Download | None:
        with self._lock:
            return self._downloads.get((song, rendition))

    def path(self, download: Download) -> Path:
        return self._folder / download.file

    def part(self, download: Download) -> Path:
        return self._folder / (download.file + _PART)

    # ---- steps

    def add(self, song: str, rendition: str, *, is_pinned: bool, used_s: int) -> Download:
        """QUEUED. One that is there stays as it is, and is pinned if this is."""
        with self._lock:
            known = self._downloads.get((song, rendition))
            if known is None:
                return self._write(Download(song, rendition, _new_name(), is_pinned=is_pinned, used_s=used_s))
            return self._write(replace(known, is_pinned=True)) if is_pinned and not known.is_pinned else known

    def begin(self, download: Download, *, licence: str, etag: str, size_bytes: int) -> Download:
        """DOWNLOADING, a new attempt or the old one where the ETag is the same."""
        with self._lock:
            current = self._current(download)
            done = current.plain_bytes if etag == current.etag else 0
            changed = replace(current, licence=licence, etag=etag, size_bytes=size_bytes, plain_bytes=done)
            return self._moved(changed, State.DOWNLOADING)

    def progressed(self, download: Download, progress: Progress) -> Download:
        """The writer's journal; the disk has these bytes already."""
        with self._lock:
            current = self._current(download)
            return self._write(replace(current, etag=progress.etag, plain_bytes=progress.plain_bytes))

    def move(self, download: Download, state: State, *, reason: str = "") -> Download:
        """Conflict where no such step leads from its state; NotFound where it was removed meanwhile."""
        with self._lock:
            current = self._current(download)
            if state is State.READY and not self._files.exists(self.path(current)):
                raise StorageUnusable("a downloaded song is not on the disk")
            return self._moved(replace(current, reason=reason), state)

    def again(self, download: Download) -> Download:
        """QUEUED from the first byte, under a new name: the file was damaged, or is of another asset."""
        with self._lock:
            current = self._current(download)
            fresh = replace(current, file=_new_name(), etag="", plain_bytes=0, reason="")
            written = self._write(replace(fresh, state=State.QUEUED)) if current.state is State.QUEUED else None
            written = written or self._moved(fresh, State.QUEUED)
            self._remove_files(current)
            return written

    def used(self, download: Download, *, used_s: int) -> None:
        with self._lock:
            self._write(replace(self._current(download), used_s=used_s))

    def remove(self, download: Download) -> None:
        """File and row; nothing where it is gone already."""
        with self._lock:
            current = self._downloads.get((download.song, download.rendition))
            if current is None:
                return
            if current.state is not State.REMOVING:
                current = self._moved(current, State.REMOVING)
            self._finish_removing(current)

    def wipe(self) -> None:
        """All of them, each so that an end in between leaves it REMOVING. The keys go before (OFFLINE.md): what
        is left meanwhile is noise."""
        for download in self.all():
            self.remove(download)

    def settle_strays(self) -> None:
        """Whoever looked at them has added what is to stay; the rest goes."""
        with self._lock, self._guarded():
            self._connection.execute("UPDATE strays SET are_kept = 0")
        self._sweep()

    # ---- inside

    def _load(self) -> None:
        with self._guarded():
            found = self._connection.execute("SELECT song, rendition, row FROM downloads").fetchall()
        for song, rendition, row in found:
            try:
                fields = self._rows.read(_KIND, row if isinstance(row, bytes) else b"")
                download = Download(**fields | {"state": State(fields["state"])})
                is_whole = (download.song, download.rendition) == (song, rendition)
            except (CryptoError, TypeError, KeyError, ValueError):
                is_whole = False
            if is_whole:
                self._downloads[song, rendition] = download
                continue
            log.info("a row of the downloads was changed: its song is fetched again")
            self._write(Download(str(song), str(rendition), _new_name(), is_pinned=True))

    def _settle(self) -> None:
        for download in self.all():
            is_there = self._files.exists(self.path(download))
            match download.state:
                case State.REMOVING:
                    self._finish_removing(download)
                case State.VERIFYING if is_there:
                    self._moved(download, State.READY)
                case State.DOWNLOADING | State.VERIFYING:
                    self._moved(download, State.QUEUED)
                case State.READY if not is_there:
                    self.again(download)

    def _sweep(self) -> None:
        known = {name for each in self.all() for name in (each.file, each.file + _PART)}
        with storage_errors():
            strange = [path for path in self._folder.iterdir() if _is_ours(path.name) and path.name not in known]
        with self._lock, self._guarded():
            ((are_kept,),) = self._connection.execute("SELECT are_kept FROM strays").fetchall()
        self.strays = tuple(path for path in strange if path.suffix != _PART) if are_kept else ()
        if are_kept and not self.strays:
            with self._lock, self._guarded():
                self._connection.execute("UPDATE strays SET are_kept = 0")
        for path in strange:
            if path not in self.strays:
                self._files.remove(path)

    def _current(self, download: Download) -> Download:
        current = self._downloads.get((download.song, download.rendition))
        if current is None or current.file != download.file:
            raise NotFound("the download was removed meanwhile")
        return current

    def _moved(self, download: Download, state: State) -> Download:
        if state not in NEXT[download.state]:
            raise Conflict(f"a download cannot go from {download.state} to {state}")
        return self._write(replace(download, state=state))

    def _write(self, download: Download) -> Download:
        row = self._rows.written(_KIND, asdict(download))
        with self._lock, self._guarded():
            self._connection.execute(
                "INSERT OR REPLACE INTO downloads VALUES (?, ?, ?)", (download.song, download.rendition, row)
            )
            self._downloads[download.song, download.rendition] = download
        return download

    def _finish_removing(self, download: Download) -> None:
        self._remove_files(download)
        with self._lock, self._guarded():
            self._connection.execute(
                "DELETE FROM downloads WHERE song = ? AND rendition = ?", (download.song, download.rendition)
            )
            del self._downloads[download.song, download.rendition]

    def _remove_files(self, download: Download) -> None:
        self._files.remove(self.part(download))
        self._files.remove(self.path(download))

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise _storage_error(error) from error


def _connected(path: Path) -> sqlite3.Connection:
    with storage_errors():
        path.touch(mode=0o600)
    connection = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        # each statement is a transaction that is on the disk when it returns
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError("database disk image is malformed")  # noqa: TRY301 - as SQLite says it elsewhere
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > _VERSION:
            raise CacheError("the downloads were written by a newer Segue; start that one")  # noqa: TRY301
        if version < _VERSION:
            connection.executescript(f"BEGIN IMMEDIATE;{_SCHEMA};PRAGMA user_version={_VERSION};COMMIT;")
    except BaseException:
        connection.close()
        raise
    return connection


def _is_damaged(error: sqlite3.Error) -> bool:
    return any(words in str(error) for words in ("malformed", "not a database", "unsupported file format"))


def _storage_error(error: sqlite3.Error) -> CacheError:
    if "full" in str(error):
        return StorageFull("the disk is full: make room, then the downloads go on")
    return StorageUnusable("the table of the downloads cannot be used")


def _keep_aside(path: Path) -> None:
    with storage_errors():
        path.replace(path.with_name(f"{path.name}.corrupt-{secrets.token_hex(4)}"))
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)


def _new_name() -> str:
    return secrets.token_hex(16)


def _is_ours(name: str) -> bool:
    stem = name.removesuffix(_PART)
    return len(stem) == 32 and all(letter in "0123456789abcdef" for letter in stem)
