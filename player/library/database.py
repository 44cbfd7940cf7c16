"""The player's SQLite file: one connection behind one lock, usable from any thread that may wait for the disk.

`main.py` opens it before anything else and passes it to the stores of this folder. A file that is no database is
kept aside as `player.db.corrupt-<stamp>` and made anew; `kept_aside` then names it, so that main.py can say so.
Checking a large file whole takes too long at each start: a file of over `CHECKED_BYTES` is checked only after an
error made it suspect (a marker beside it).
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from player.errors import CacheError
from player.library.schema import migrate

log = logging.getLogger("library")

CHECKED_BYTES = 8 * 1024 * 1024  # quick_check reads about 1 GB/s: 8 ms
BUSY_S = 3.0
Value = str | bytes | int | float | None


class LocalDatabase:
    def __init__(self, path: Path, connection: sqlite3.Connection, kept_aside: Path | None) -> None:
        self.path = path
        self.kept_aside = kept_aside
        self._connection = connection
        self._lock = threading.RLock()

    @classmethod
    def open(cls, path: Path) -> LocalDatabase:
        """CacheError where the folder cannot be used or a newer Segue wrote the file."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
        except OSError as error:
            raise CacheError(f"the folder {path.parent} cannot be used: {error.strerror}") from error
        try:
            return cls(path, _connect(path), None)
        except sqlite3.DatabaseError as error:
            if not _is_corrupt(error):
                raise _cache_error(error) from error
            kept_aside = _keep_aside(path)
            log.info("the database was unreadable (%s); kept as %s", error, kept_aside.name)
        path.touch(mode=0o600)
        return cls(path, _connect(path), kept_aside)

    def read(self, sql: str, values: Sequence[Value] = ()) -> list[tuple[Value, ...]]:
        with self._guarded():
            return self._connection.execute(sql, values).fetchall()

    def write(self, sql: str, values: Sequence[Value] = (), *, is_durable: bool = False) -> int:
        """One statement; returns how many rows it touched. `is_durable`: on the disk when this returns, also
        through a power cut (the rest may lose the last moments, never its shape)."""
        with self.transaction(is_durable=is_durable) as connection:
            return connection.execute(sql, values).rowcount

    @contextlib.contextmanager
    def transaction(self, *, is_durable: bool = False) -> Iterator[sqlite3.Connection]:
        with self._guarded():
            self._connection.execute(f"PRAGMA synchronous={'FULL' if is_durable else 'NORMAL'}")
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except sqlite3.Error as error:
                if _is_corrupt(error):
                    _marker(self.path).touch()
                raise _cache_error(error) from error

    def close(self) -> None:
        with self._lock:
            self._connection.close()


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")
        _check(path, connection)
        migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _check(path: Path, connection: sqlite3.Connection) -> None:
    marker = _marker(path)
    if not marker.exists() and path.stat().st_size > CHECKED_BYTES:
        return
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise sqlite3.DatabaseError(f"database disk image is malformed: {verdict}")
    marker.unlink(missing_ok=True)


def _is_corrupt(error: sqlite3.Error) -> bool:
    text = str(error)
    return "malformed" in text or "not a database" in text or "unsupported file format" in text


def _keep_aside(path: Path) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    kept = path.with_name(f"{path.name}.corrupt-{stamp}")
    try:
        path.replace(kept)
        for suffix in ("-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                path.with_name(path.name + suffix).replace(kept.with_name(kept.name + suffix))
        _marker(path).unlink(missing_ok=True)
    except OSError as error:
        raise CacheError(f"the unreadable database {path} cannot be put aside: {error.strerror}") from error
    return kept


def _marker(path: Path) -> Path:
    return path.with_name(path.name + ".suspect")


def _cache_error(error: sqlite3.Error) -> CacheError:
    text = str(error)
    if "full" in text:
        return CacheError("the disk is full: the player cannot keep its settings and queue")
    if "locked" in text:
        return CacheError("another program holds the player's database")
    if "readonly" in text or "unable to open" in text:
        return CacheError("the player's database cannot be written: look at the rights of its folder")
    return CacheError(f"the player's database failed ({text})")
