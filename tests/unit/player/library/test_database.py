from __future__ import annotations

import json
import sqlite3
import stat
import threading
from pathlib import Path

import pytest

from player.errors import CacheError
from player.library import database as module
from player.library.database import LocalDatabase
from player.library.installation import installation_id
from player.library.queue_store import QueueStore
from player.library.schema import STEPS, migrate


def test_opens_twice_and_keeps_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "player" / "player.db"
    first = LocalDatabase.open(path)
    first.write("INSERT INTO facts VALUES ('a', 'b')", is_durable=True)
    first.close()
    second = LocalDatabase.open(path)
    assert second.read("SELECT value FROM facts") == [("b",)]
    assert second.kept_aside is None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    second.close()


@pytest.mark.parametrize("damage", ["garbage", "header", "middle"])
def test_a_corrupt_file_is_kept_aside_and_made_anew(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "player.db"
    _filled(path)
    content = bytearray(path.read_bytes())
    if damage == "garbage":
        content = bytearray(b"this is no database at all" * 100)
    elif damage == "header":
        content[:16] = b"\x00" * 16
    else:
        content[4096 : len(content)] = b"\xa5" * (len(content) - 4096)
    path.write_bytes(content)

    database = LocalDatabase.open(path)
    assert database.kept_aside is not None
    assert database.kept_aside.name.startswith("player.db.corrupt-")
    assert database.kept_aside.read_bytes() == bytes(content)
    assert database.read("SELECT count(*) FROM facts") == [(0,)]
    database.close()


def test_corruption_met_while_running_is_found_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CHECKED_BYTES", 1)  # large files are not checked whole at each start
    path = tmp_path / "player.db"
    _filled(path)
    content = bytearray(path.read_bytes())
    content[3 * 4096 :] = b"\xa5" * (len(content) - 3 * 4096)
    path.write_bytes(content)
    database = LocalDatabase.open(path)
    assert database.kept_aside is None
    with pytest.raises(CacheError):
        database.read("SELECT * FROM facts, settings, history, outbox")
    database.close()
    again = LocalDatabase.open(path)
    assert again.kept_aside is not None
    again.close()


def test_a_newer_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "player.db"
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version={len(STEPS) + 1}")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(CacheError, match="newer Segue"):
        LocalDatabase.open(path)
    assert path.read_bytes()[100:] == before[100:]  # all but the header, where WAL mode is noted
    assert list(tmp_path.glob("*.corrupt-*")) == []


def test_an_unusable_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CacheError, match="cannot be used"):
        LocalDatabase.open(tmp_path / "file" / "player.db")


def test_a_failed_transaction_changes_nothing(tmp_path: Path) -> None:
    database = LocalDatabase.open(tmp_path / "player.db")
    rows = [("a", "b"), ("a", "again")]
    with pytest.raises(CacheError), database.transaction() as connection:
        connection.executemany("INSERT INTO facts VALUES (?, ?)", rows)
    assert database.read("SELECT * FROM facts") == []
    database.write("INSERT INTO facts VALUES ('c', 'd')")
    database.close()


def test_many_threads_write_through_one_lock(tmp_path: Path) -> None:
    database = LocalDatabase.open(tmp_path / "player.db")

    def work(number: int) -> None:
        for each in range(20):
            database.write("INSERT INTO facts VALUES (?, 'x')", (f"{number}-{each}",))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert database.read("SELECT count(*) FROM facts") == [(160,)]
    database.close()


def test_migrating_twice_changes_nothing() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate(connection)
    tables = connection.execute("SELECT name, sql FROM sqlite_schema").fetchall()
    migrate(connection)
    assert connection.execute("SELECT name, sql FROM sqlite_schema").fetchall() == tables
    assert connection.execute("PRAGMA user_version").fetchone() == (len(STEPS),)
    connection.close()


def test_a_queue_of_the_first_version_is_taken_along(tmp_path: Path) -> None:
    path = tmp_path / "player.db"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.executescript(f"{STEPS[0]};PRAGMA user_version=1;")
    body = {
        "order": [[4, False, {"id": "so_1", "title": "Casting Off"}], [5, True, {"id": "so_2"}]],
        "index": 1, "source": None, "shuffled": False, "repeat": "all", "version": 3,
    }  # fmt: skip
    connection.execute("INSERT INTO queue VALUES ('demo:', ?)", (json.dumps(body),))
    connection.execute("INSERT INTO queue_position VALUES ('demo:', 5, 12.5)")
    connection.close()
    database = LocalDatabase.open(path)
    saved = QueueStore(database).load("demo:")
    database.close()
    assert saved is not None
    assert [(entry.id, entry.track.id, entry.is_picked) for entry in saved.state.order] == [
        (4, "so_1", False),
        (5, "so_2", True),
    ]
    assert (saved.state.index, saved.position_s) == (1, 12.5)


def test_the_installation_id_stays(tmp_path: Path) -> None:
    database = LocalDatabase.open(tmp_path / "player.db")
    first = installation_id(database)
    assert len(first) == 32
    assert installation_id(database) == first
    database.close()


def _filled(path: Path) -> None:
    database = LocalDatabase.open(path)
    with database.transaction() as connection:
        rows = [(f"fact {number}", "x" * 200) for number in range(500)]
        connection.executemany("INSERT INTO facts VALUES (?, ?)", rows)
    database.read("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
