"""Listens that the service has not confirmed yet. They survive a crash and a week offline; `sender` delivers them.
Blocking; pool threads. An event belongs to the account that listened and goes nowhere else."""

from __future__ import annotations

from collections.abc import Sequence

from player.domain.ids import TrackId
from player.library.database import LocalDatabase
from player.service.port import PlayEvent

KEPT = 20_000  # past that the oldest go: a service that is never reached again must not fill the disk


class OutboxStore:
    def __init__(self, database: LocalDatabase) -> None:
        self._database = database

    def add(self, account: str, event: PlayEvent) -> None:
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO outbox (event_id, account, track_id, started_at, heard_s, is_offline)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (event.event_id, account, event.track_id, event.started_at_s, event.heard_s, event.is_offline),
            )
            connection.execute(
                "DELETE FROM outbox WHERE rowid <= (SELECT rowid FROM outbox ORDER BY rowid DESC LIMIT 1 OFFSET ?)",
                (KEPT,),
            )

    def pending(self, account: str, limit: int) -> tuple[PlayEvent, ...]:
        """Oldest first."""
        rows = self._database.read(
            "SELECT event_id, track_id, started_at, heard_s, is_offline FROM outbox"
            " WHERE account = ? ORDER BY rowid LIMIT ?",
            (account, limit),
        )
        return tuple(
            PlayEvent(str(event), TrackId(str(track)), float(started or 0), float(heard or 0), bool(offline))
            for event, track, started, heard, offline in rows
        )

    def remove(self, event_ids: Sequence[str]) -> None:
        with self._database.transaction() as connection:
            connection.executemany("DELETE FROM outbox WHERE event_id = ?", [(event,) for event in event_ids])
