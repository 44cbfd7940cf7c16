"""The queue and the position in it, so that a restart resumes at the song and second. Blocking; pool threads and
main.py's start. A queue belongs to a place: another place's songs cannot be played here.

The order lies in parts of a few dozen songs, of which only the changed are written: a change of song costs one small
row however long the queue is. Between two parts the thread sleeps, or ten thousand songs would hold the interpreter
for a third of a second and the window with it.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from player.domain.ids import EntryId
from player.domain.playback import QueueEntry, QueueState
from player.library.database import LocalDatabase
from player.library.track_json import entries_from_json, entries_to_json, queue_from_json, queue_to_json

log = logging.getLogger("library")

PART = 50  # entries; a part takes half a millisecond to write or read
PAUSE_S = 0.001
Order = tuple[QueueEntry, ...]


@dataclass(frozen=True, slots=True)
class SavedQueue:
    state: QueueState
    position_s: float


class QueueStore:
    """One writer at a time."""

    def __init__(self, database: LocalDatabase) -> None:
        self._database = database
        self._kept: tuple[str, list[Order]] = ("", [])
        """the place whose queue was written last, and its parts as they lie on the disk"""

    def save(self, place: str, state: QueueState, position_s: float) -> None:
        parts = [state.order[at : at + PART] for at in range(0, len(state.order), PART)]
        rows = [(place, number, body) for number, body in _changed(parts, self._known(place))]
        entry = state.current
        with self._database.transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO queue_part (place, part, body) VALUES (?, ?, ?)", rows)
            connection.execute("DELETE FROM queue_part WHERE place = ? AND part >= ?", (place, len(parts)))
            connection.execute(
                "INSERT OR REPLACE INTO queue (place, body) VALUES (?, ?)", (place, _text(queue_to_json(state)))
            )
            connection.execute(
                "INSERT OR REPLACE INTO queue_position (place, entry_id, position_s) VALUES (?, ?, ?)",
                (place, None if entry is None else entry.id, position_s),
            )
        self._kept = place, parts

    def _known(self, place: str) -> list[Order]:
        kept_place, parts = self._kept
        return parts if kept_place == place else []

    def save_position(self, place: str, entry_id: EntryId, position_s: float) -> None:
        """The position alone, every few seconds."""
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
            state = queue_from_json(json.loads(str(body)), self._order(place))
        except (ValueError, TypeError, KeyError, AttributeError):
            log.warning("the kept queue was unreadable; it starts empty")
            return None
        current = state.current
        is_same = current is not None and current.id == entry_id and isinstance(position_s, float)
        return SavedQueue(state, float(position_s or 0.0) if is_same else 0.0)

    def _order(self, place: str) -> Order:
        order: list[QueueEntry] = []
        for (body,) in self._database.read("SELECT body FROM queue_part WHERE place = ? ORDER BY part", (place,)):
            order += entries_from_json(json.loads(str(body)))
            time.sleep(PAUSE_S)
        return tuple(order)


def _changed(parts: Sequence[Order], known: Sequence[Order]) -> list[tuple[int, str]]:
    """Number and text of the parts that differ from what is on the disk."""
    changed: list[tuple[int, str]] = []
    for number, part in enumerate(parts):
        if number >= len(known) or part != known[number]:
            changed.append((number, _text(entries_to_json(part))))
            time.sleep(PAUSE_S)
    return changed


def _text(values: Any) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))
