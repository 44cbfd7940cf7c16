"""What was heard on this computer and for how long, newest last. Blocking; pool threads."""

from __future__ import annotations

import json
from dataclasses import dataclass

from player.domain.catalogue import Track
from player.library.database import LocalDatabase
from player.library.track_json import track_from_json, track_to_json

KEPT = 50_000  # about 25 MB; two years of eight hours a day


@dataclass(frozen=True, slots=True)
class Listen:
    """One song heard once, by time heard rather than by position. `started_at_s` is UTC."""

    track: Track
    started_at_s: float
    heard_s: float


class History:
    def __init__(self, database: LocalDatabase) -> None:
        self._database = database

    def add(self, place: str, listen: Listen) -> None:
        body = json.dumps(track_to_json(listen.track), ensure_ascii=False, separators=(",", ":"))
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO history (place, track_id, track, started_at, heard_s) VALUES (?, ?, ?, ?, ?)",
                (place, listen.track.id, body, listen.started_at_s, listen.heard_s),
            )
            connection.execute("DELETE FROM history WHERE id <= (SELECT max(id) FROM history) - ?", (KEPT,))

    def recent(self, place: str, limit: int = 100) -> tuple[Listen, ...]:
        """Newest first."""
        rows = self._database.read(
            "SELECT track, started_at, heard_s FROM history WHERE place = ?"
            " ORDER BY started_at DESC, id DESC LIMIT ?",
            (place, limit),
        )
        return tuple(
            Listen(track_from_json(json.loads(str(body))), float(started or 0), float(heard or 0))
            for body, started, heard in rows
        )
