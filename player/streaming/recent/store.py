"""The file of the recent-segment cache: sealed entries by name, least recently used first out, never over its bound.
Blocking; `recent` calls it in the runtime's pool, from several threads.

One SQLite file holds the entries themselves: a transaction is whole or not there however the program dies, names are
found without reading a folder, and the pages of what goes are used again, so the file never outgrows its bound. Its
contents can always be fetched again: nothing waits for the disk (synchronous off), and whatever is wrong with the
file, it begins anew. What a page torn by a power cut leaves of an entry, its seal refuses.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from player.errors import CacheError

T = TypeVar("T")
log = logging.getLogger("recent")

DAMAGE = (sqlite3.Error, ValueError, TypeError, OverflowError)
"""what reading a damaged file may raise: SQLite's own errors, and Python's where text or numbers are nonsense"""
PAGE_BYTES = 16 * 1024  # a segment of 320 kbit/s takes ten
SCHEMA = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE bodies (id INTEGER PRIMARY KEY, sealed BLOB NOT NULL);
CREATE TABLE entries (name BLOB PRIMARY KEY, song BLOB NOT NULL, used INTEGER NOT NULL, body INTEGER NOT NULL)
    WITHOUT ROWID;
CREATE INDEX entries_by_use ON entries (used, body);
CREATE INDEX entries_by_song ON entries (song, body);
"""
VERSION = 1
SPARE_PAGES = 8  # that a write may add to the tables and indexes beside its entry
KEEP_FREE_BYTES = 1 << 30
TOUCHES = 64  # uses that are written down together: each alone would rewrite six pages


@dataclass(frozen=True, slots=True)
class Entry:
    name: bytes
    song: bytes
    sealed: bytes


class Store:
    """`owner_tag` is whose entries these are: a file of anybody else's is removed. Every method raises CacheError
    where the disk does not do its part."""

    def __init__(
        self, path: Path, owner_tag: bytes, limit_bytes: int, *, free_bytes: Callable[[], int] | None = None
    ) -> None:
        self._path = path
        self._owner_tag = owner_tag
        self._limit_bytes = limit_bytes
        self._free_bytes = free_bytes or (lambda: shutil.disk_usage(path.parent).free)
        self._lock = threading.Lock()
        self._is_closed = False
        self._was_sound = False
        self._touched: dict[bytes, int] = {}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database, self._uses = self._opened()
        except (OSError, sqlite3.Error) as error:
            raise CacheError(f"the folder {path.parent} cannot keep what was streamed ({error})") from error

    @property
    def size_bytes(self) -> int:
        """Of the file, what is free in it included."""
        return self._attempt(lambda: self._pragma("page_count") * PAGE_BYTES, 0)

    def names(self, song: bytes) -> frozenset[bytes]:
        def work() -> frozenset[bytes]:
            rows = self._database.execute("SELECT name FROM entries WHERE song = ?", (song,))
            return frozenset(name for (name,) in rows if isinstance(name, bytes))

        return self._attempt(work, frozenset())

    def read(self, name: bytes) -> bytes | None:
        return self._attempt(lambda: self._read(name), None)

    def write(self, entries: Sequence[Entry]) -> None:
        """Make room for these and keep them."""

        def work() -> None:
            if self._free_bytes() < KEEP_FREE_BYTES:
                raise CacheError("the disk is nearly full")
            with self._transaction():
                for entry in entries:
                    self._put(entry)

        self._attempt(work, None)

    def delete(self, name: bytes) -> None:
        self._attempt(lambda: self._remove_where("SELECT name, body FROM entries WHERE name = ?", name), None)

    def delete_song(self, song: bytes) -> None:
        self._attempt(lambda: self._remove_where("SELECT name, body FROM entries WHERE song = ?", song), None)

    def resize(self, limit_bytes: int) -> None:
        def work() -> None:
            self._limit_bytes = limit_bytes
            with self._transaction():
                self._make_room(0)
            over = self._pragma("page_count") - limit_bytes // PAGE_BYTES
            if over > 0:
                self._database.executescript(f"PRAGMA incremental_vacuum({over});")  # steps it to its end

        self._attempt(work, None)

    def close(self) -> None:
        """Nothing is read or written from now on; closing twice does nothing."""

        def work() -> None:
            with self._transaction():
                pass  # for the uses not yet written down
            self._is_closed = True
            self._database.close()

        self._attempt(work, None)

    # ---- under the lock

    def _attempt(self, work: Callable[[], T], otherwise: T) -> T:
        with self._lock:
            if self._is_closed:
                return otherwise
            try:
                return work()
            except DAMAGE as error:
                if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL and self._is_sound():
                    raise CacheError("the disk is full") from error
                log.info("the recent-segment cache is damaged (%s); it begins anew", error)
            except OSError as error:
                raise CacheError(f"the disk failed ({error.strerror})") from error
            self._begin_anew()
            return otherwise

    def _is_sound(self) -> bool:
        """Whether a disk said to be full is that: a damaged file may lay claim to pages without end."""
        if not self._was_sound:
            with contextlib.suppress(*DAMAGE):
                self._was_sound = self._database.execute("PRAGMA quick_check(1)").fetchall() == [("ok",)]
        return self._was_sound

    def _begin_anew(self) -> None:
        self._touched.clear()
        self._is_closed = True
        with contextlib.suppress(sqlite3.Error):
            self._database.close()
        try:
            remove(self._path)
            self._database, self._uses = self._created(), 0
        except (OSError, sqlite3.Error) as error:
            raise CacheError(f"what was streamed cannot be kept ({error})") from error
        self._is_closed = False

    def _opened(self) -> tuple[sqlite3.Connection, int]:
        """The database and the number of its last use."""
        if self._path.exists():
            database = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
            try:
                _configure(database)
                facts = database.execute("SELECT name, value FROM facts ORDER BY name").fetchall()
                ((last,),) = database.execute("SELECT max(used) FROM entries")
                if facts == [("owner", self._owner_tag), ("version", VERSION)] and isinstance(last, int | None):
                    return database, last or 0
            except DAMAGE as error:
                log.info("the recent-segment cache cannot be read (%s); it begins anew", error)
            database.close()
            remove(self._path)
        return self._created(), 0

    def _created(self) -> sqlite3.Connection:
        self._path.touch(mode=0o600)
        database = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        try:
            database.execute(f"PRAGMA page_size={PAGE_BYTES}")
            database.execute("PRAGMA auto_vacuum=INCREMENTAL")
            _configure(database)
            database.executescript(f"BEGIN; {SCHEMA} COMMIT;")
            facts = (("owner", self._owner_tag), ("version", VERSION))
            database.executemany("INSERT INTO facts (name, value) VALUES (?, ?)", facts)
        except BaseException:
            database.close()
            raise
        return database

    def _read(self, name: bytes) -> bytes | None:
        found = "SELECT sealed FROM entries JOIN bodies ON id = body WHERE name = ?"
        row = self._database.execute(found, (name,)).fetchone()
        if row is None:
            return None
        self._uses += 1
        self._touched[name] = self._uses
        if len(self._touched) >= TOUCHES:
            with self._transaction():
                pass
        return row[0] if isinstance(row[0], bytes) else None

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        """All of it or nothing; what was read since the last one is noted as used."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            touched = [(used, name) for name, used in self._touched.items()]
            self._database.executemany("UPDATE entries SET used = ? WHERE name = ?", touched)
            self._touched.clear()
            yield
        except BaseException:
            if self._database.in_transaction:  # a full disk has rolled it back already
                self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def _put(self, entry: Entry) -> None:
        self._remove(self._found("SELECT name, body FROM entries WHERE name = ?", entry.name))
        if not self._make_room(len(entry.sealed) // PAGE_BYTES + 1 + SPARE_PAGES):
            return
        body = self._database.execute("INSERT INTO bodies (sealed) VALUES (?)", (entry.sealed,)).lastrowid
        self._uses += 1
        self._database.execute(
            "INSERT INTO entries (name, song, used, body) VALUES (?, ?, ?, ?)",
            (entry.name, entry.song, self._uses, body),
        )

    def _make_room(self, pages: int) -> bool:
        """Evict what was used longest ago until so many pages are free; False where they never will be."""
        most = self._limit_bytes // PAGE_BYTES - pages
        while self._pragma("page_count") - self._pragma("freelist_count") > most:
            oldest = self._database.execute("SELECT name, body FROM entries ORDER BY used LIMIT 8").fetchall()
            if not oldest:
                return False
            self._remove(oldest)
        return True

    def _remove_where(self, which: str, value: bytes) -> None:
        with self._transaction():
            self._remove(self._found(which, value))

    def _found(self, which: str, value: bytes) -> list[tuple[bytes, int]]:
        return self._database.execute(which, (value,)).fetchall()

    def _remove(self, found: Sequence[tuple[bytes, int]]) -> None:
        self._database.executemany("DELETE FROM bodies WHERE id = ?", [(body,) for _, body in found])
        removed = self._database.executemany("DELETE FROM entries WHERE name = ?", [(name,) for name, _ in found])
        if removed.rowcount < len(found):  # else making room would never end
            raise sqlite3.DatabaseError("an index names what is not there")

    def _pragma(self, name: str) -> int:
        ((value,),) = self._database.execute(f"PRAGMA {name}")
        return int(value)


def remove(path: Path) -> None:
    """Everything of a store that is not open."""
    for name in (path.name, path.name + "-journal"):
        path.with_name(name).unlink(missing_ok=True)


def _configure(database: sqlite3.Connection) -> None:
    for pragma in ("synchronous=OFF", "journal_mode=TRUNCATE", "secure_delete=OFF", "cell_size_check=ON"):
        database.execute(f"PRAGMA {pragma}")
