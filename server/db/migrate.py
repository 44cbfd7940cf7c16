"""Opens the backend's database at start: a missing one is made, an older one brought up to date, a corrupt one kept
aside and begun anew, said in the log (which stands on stderr). Called once by `build_services`.

The music is read again from its folders afterwards; accounts and playlists of a corrupt database lie in the file
kept aside.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DatabaseError, OperationalError

from server.config import Config
from server.db.migrations import HEAD
from server.db.session import Database

log = logging.getLogger("server.db")

_ALWAYS_CHECKED_BYTES = 32 << 20
"""a full check of a database this small costs less than 100 ms; a larger one is checked after an unclean end"""
_COMPANIONS = ("", "-wal", "-shm")


class DatabaseUnfit(Exception):
    """There is no database, or another version of Segue made it. The text is a sentence for people."""


class DatabaseTooNew(Exception):
    """A newer Segue made this database; opening it with this one could damage it."""


def open_database(config: Config) -> Database:
    if config.database_url is not None:
        return _opened(config.database_url)
    path = config.database_path
    url = f"sqlite:///{path}"
    try:
        return _opened(url, check=path.exists() and _is_check_due(path))
    except DatabaseError as error:
        if not _is_corruption(error):
            raise
        damage = error.orig
    log.error(
        "The database was damaged (%s). It is kept as %s and a new one is begun; music folders are read again.",
        damage,
        _keep_aside(path),
    )
    return _opened(url)


def open_current(config: Config) -> Database:
    """The database as it is, for a program beside the backend: never made, brought up to date or kept aside.
    DatabaseUnfit; DatabaseError where it cannot be read."""
    path = config.database_path
    if config.database_url is None and not path.exists():
        raise DatabaseUnfit(f"There is no backend in {config.data_dir}; start it once.")
    database = Database(config.database_url or f"sqlite:///{path}")
    try:
        with database.engine.connect() as connection:
            current = _revision(connection)
    except BaseException:
        database.close()
        raise
    if current != HEAD:
        database.close()
        raise DatabaseUnfit("The database is of another version of Segue; start the backend of this one once.")
    return database


def _opened(url: str, *, check: bool = False) -> Database:
    database = Database(url)
    try:
        if check:
            _check(database.engine)
        _migrate(database.engine)
    except BaseException:
        database.close()
        raise
    return database


def _migrate(engine: Engine) -> None:
    writing = engine.execution_options(segue_writes=True)
    with writing.begin() as connection:
        current = _revision(connection)
        if current == HEAD:
            return
        if current is not None and current > HEAD:
            raise DatabaseTooNew(f"The database is of a newer Segue (revision {current}); update this one.")
        _upgrade(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config as AlembicConfig

    settings = AlembicConfig()
    settings.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")


class _Damaged(DatabaseError):
    """quick_check found what no statement has tripped over yet."""


def _check(engine: Engine) -> None:
    with engine.connect() as connection:
        verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if verdict != "ok":
        raise _Damaged("PRAGMA quick_check", None, Exception(str(verdict)))


def _is_check_due(path: Path) -> bool:
    # a clean end folds the write-ahead log into the database and removes it
    was_unclean = path.with_name(path.name + "-wal").exists()
    return was_unclean or path.stat().st_size <= _ALWAYS_CHECKED_BYTES


def _is_corruption(error: DatabaseError) -> bool:
    if isinstance(error, _Damaged):
        return True
    words = str(error.orig)
    # SQLITE_NOTADB and SQLITE_CORRUPT; an OperationalError (locked, disk full, read-only) is another matter
    return not isinstance(error, OperationalError) and ("not a database" in words or "malformed" in words)


def _keep_aside(path: Path) -> Path:
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    kept = path.with_name(f"{path.name}.corrupt-{stamp}")
    for suffix in _COMPANIONS:
        companion = path.with_name(path.name + suffix)
        if companion.exists():
            companion.replace(kept.with_name(kept.name + suffix))
    return kept
