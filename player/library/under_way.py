"""The listen that is under way, written down every now and then: a player that is killed or loses power tells of it
at its next start. Blocking; pool threads. It is one row: one song plays at a time."""

from __future__ import annotations

import json
from dataclasses import dataclass

from player.library.database import LocalDatabase
from player.library.history import Listen
from player.library.track_json import track_from_json, track_to_json


@dataclass(frozen=True, slots=True)
class Heard:
    """A listen, where it was and who listened (None while nobody is signed in). `event_id` makes it count once."""

    event_id: str
    place: str
    account: str | None
    listen: Listen


class ListenUnderWay:
    def __init__(self, database: LocalDatabase) -> None:
        self._database = database

    def keep(self, heard: Heard) -> None:
        listen = heard.listen
        body = json.dumps(track_to_json(listen.track), ensure_ascii=False, separators=(",", ":"))
        self._database.write(
            "INSERT OR REPLACE INTO under_way (id, event_id, place, account, track, started_at, heard_s)"
            " VALUES (1, ?, ?, ?, ?, ?, ?)",
            (heard.event_id, heard.place, heard.account, body, listen.started_at_s, listen.heard_s),
        )

    def left(self) -> Heard | None:
        """What an earlier start left behind; nothing is removed."""
        rows = self._database.read("SELECT event_id, place, account, track, started_at, heard_s FROM under_way")
        for event_id, place, account, track, started_at_s, heard_s in rows:
            try:
                listen = Listen(
                    track_from_json(json.loads(str(track))), float(started_at_s or 0), float(heard_s or 0)
                )
            except (ValueError, TypeError, KeyError, AttributeError):
                continue
            return Heard(str(event_id), str(place), None if account is None else str(account), listen)
        return None

    def clear(self) -> None:
        self._database.write("DELETE FROM under_way")
