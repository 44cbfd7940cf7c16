"""The tables of the player's database, as steps that lead from any older version to the newest.

The version is SQLite's own `user_version`: it changes inside the transaction of the step that it counts. A step
that was released is never edited; a change is a new step.
"""

from __future__ import annotations

import sqlite3

from player.errors import CacheError

STEPS: tuple[str, ...] = (
    """
    CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE queue (place TEXT PRIMARY KEY, body TEXT NOT NULL);
    CREATE TABLE queue_position (
        place TEXT PRIMARY KEY, entry_id INTEGER, position_s REAL NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE history (
        id INTEGER PRIMARY KEY, place TEXT NOT NULL, track_id TEXT NOT NULL, track TEXT NOT NULL,
        started_at REAL NOT NULL, heard_s REAL NOT NULL
    );
    CREATE INDEX history_by_place ON history (place, started_at);
    CREATE TABLE outbox (
        event_id TEXT PRIMARY KEY, account TEXT NOT NULL, track_id TEXT NOT NULL, started_at REAL NOT NULL,
        heard_s REAL NOT NULL, is_offline INTEGER NOT NULL
    );
    CREATE TABLE sign_ins (account TEXT PRIMARY KEY, sealed BLOB NOT NULL, request_id TEXT) WITHOUT ROWID;
    """,
    """
    CREATE TABLE queue_part (
        place TEXT NOT NULL, part INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (place, part)
    );
    INSERT INTO queue_part SELECT place, 0, json_extract(body, '$.order') FROM queue WHERE json_valid(body);
    UPDATE queue SET body = json_remove(body, '$.order') WHERE json_valid(body);
    CREATE TABLE under_way (
        id INTEGER PRIMARY KEY, event_id TEXT NOT NULL, place TEXT NOT NULL, account TEXT, track TEXT NOT NULL,
        started_at REAL NOT NULL, heard_s REAL NOT NULL
    );
    """,
)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the database to the newest version, each step in its own transaction."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(STEPS):
        raise CacheError("the player's database was written by a newer Segue; start that one, or another --data")
    for number in range(version, len(STEPS)):
        connection.executescript(f"BEGIN IMMEDIATE;{STEPS[number]};PRAGMA user_version={number + 1};COMMIT;")
