"""The queue and the position in it, so that a restart resumes at the song and second. Blocking; pool threads and
main.py's start. A queue belongs to a place: another place's songs cannot be played here."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass

from player.domain.ids import EntryId
from player.domain.playback import QueueState
from player.library.database import LocalDatabase
from player.library.track_json import queue_from_json, queue_to_json

log = logging.getLogger("library")


@dataclass(frozen=True, slots=True)
class SavedQueue:
    state: QueueState
    position_s: float


class QueueStore:
    def __init__(self, database: LocalDatabase) -> None:
        self._database = database

    def save(self, place: str, state: QueueState, position_s: float) -> None:
        body = json.dumps(queue_to_json(state), ensure_ascii=False, separators=(",", ":"))
        entry = state.current
        with self._database.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO queue (place, body) VALUES (?, ?)", (place, body))
            connection.execute(
                "INSERT OR REPLACE INTO queue_position (place, entry_id, position_s) VALUES (?, ?, ?)",
                (place, None if entry is None else entry.id, position_s),
            )

    def save_position(self, place: str, entry_id: EntryId, position_s: float) -> None:
        """The position alone, in a table of its own: SQLite writes rows whole, and a long queue is megabytes."""
        self._database.write(
            "UPDATE queue_position SET position_s = ? WHERE place = ? AND entry_id = ?", (position_s, place, entry_id)
        )

    def load(self, place: str) -> SavedQueue | None:
        """None where there is none; also for one that cannot be read, which is said in the log."""
        rows = self._database.read(
            "SELECT body, entry_id, position_s FROM queue LEFT JOIN queue_position USING (place) WHERE place = ?",
            (place,),
        )
        if not rows:
            return None
        body, entry_id, position_s = rows[0]
        try:
            state = queue_from_json(json.loads(str(body)))
        except (ValueError, TypeError, KeyError, AttributeError):
            log.warning("the kept queue was unreadable; it starts empty")
            return None
        current = state.current
        is_same = current is not None and current.id == entry_id and isinstance(position_s, float)
        return SavedQueue(state, float(position_s or 0.0) if is_same else 0.0)
