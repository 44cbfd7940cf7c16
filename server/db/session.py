"""The one door to the database. `Services` holds a `Database`; request threads and job threads take sessions of it.

Two kinds of session, because SQLite has one writer: `reading()` never waits for it, `session()` may write and takes
the writer's place at once (BEGIN IMMEDIATE), so that a read followed by a write can never fail half-way for a stale
snapshot. Keep a `session()` short: nothing slow between its first line and its end.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

BUSY_TIMEOUT_MS = 15_000
_POOL_SIZE = 8
_POOL_OVERFLOW = 56
"""request threads (40) and jobs together never wait for a connection"""


class Database:
    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.engine = _engine(url)
        self._reading = sessionmaker(self.engine, expire_on_commit=False, autoflush=False)
        self._writing = sessionmaker(self.engine.execution_options(segue_writes=True), expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A consistent snapshot; nothing may be written in it."""
        with self._reading() as session:
            yield session

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A unit of work: committed at the end, rolled back when an error leaves it."""
        with self._writing() as session, session.begin():
            yield session

    def close(self) -> None:
        self.engine.dispose()


def _engine(url: str) -> Engine:
    if not make_url(url).get_backend_name().startswith("sqlite"):
        return create_engine(url, pool_size=_POOL_SIZE, max_overflow=_POOL_OVERFLOW, pool_pre_ping=True)
    engine = create_engine(
        url,
        pool_size=_POOL_SIZE,
        max_overflow=_POOL_OVERFLOW,
        connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # sqlite3 must not begin transactions on its own: it would begin them deferred and late
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        "synchronous = NORMAL",  # WAL: a power cut may lose the last commits, never the file
        "foreign_keys = ON",
        "temp_store = MEMORY",
        "cache_size = -8000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("segue_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _database(request: Request) -> Database:
    database: Database = request.app.state.services.database
    return database


def _reading_session(request: Request) -> Iterator[Session]:
    with _database(request).reading() as session:
        yield session


def _writing_session(request: Request) -> Iterator[Session]:
    with _database(request).session() as session:
        yield session


# scope="function": the commit happens, and may fail, before the answer is sent
Db = Annotated[Session, Depends(_reading_session, scope="function")]
WritableDb = Annotated[Session, Depends(_writing_session, scope="function")]
