"""Listens, delivered in batches and counted once however often they arrive.

A listen counts as a play when it was heard for over 30 s, or for half the song, or for 4 min (docs/api.md).
"""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from pydantic import BaseModel, Field
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.db.models import PlayEvent, Song

MAX_EVENTS = 500
_PLAY_S = 30.0
_PLAY_SHARE = 0.5
_LATEST_TIME_S = 4_102_444_800.0
"""the year 2100: later is a broken clock"""


class Listen(BaseModel):
    id: Annotated[str, Field(min_length=1, max_length=64)]
    song_id: Annotated[str, Field(max_length=64)]
    started_at: Annotated[float, Field(ge=0, le=_LATEST_TIME_S)]
    heard_s: Annotated[float, Field(ge=0, le=86_400)]
    is_offline: bool = False


class Listens(BaseModel):
    events: Annotated[list[Listen], Field(max_length=MAX_EVENTS)]


class Receipt(BaseModel):
    accepted: int
    repeated: int
    """known already, or of a song that this backend never had: nothing to deliver again"""


def is_play(heard_s: float, duration_s: float) -> bool:
    # the rule's third way, 4 min, lies within the first
    return heard_s > _PLAY_S or (heard_s > 0 and heard_s >= duration_s * _PLAY_SHARE)


def receive(session: Session, user_id: str, listens: Listens) -> Receipt:
    offered = {listen.id: listen for listen in listens.events}
    known = set(session.scalars(select(PlayEvent.id).where(PlayEvent.user_id == user_id, PlayEvent.id.in_(offered))))
    durations = _durations(session, {listen.song_id for listen in offered.values()})
    fresh = [one for one in offered.values() if one.id not in known and one.song_id in durations]
    session.add_all(PlayEvent(user_id=user_id, **dict(listen)) for listen in fresh)
    plays = Counter(listen.song_id for listen in fresh if is_play(listen.heard_s, durations[listen.song_id]))
    for song_id, count in plays.items():
        session.execute(update(Song).where(Song.id == song_id).values(plays=Song.plays + count))
    return Receipt(accepted=len(fresh), repeated=len(listens.events) - len(fresh))


def _durations(session: Session, song_ids: set[str]) -> dict[str, float]:
    rows = session.execute(select(Song.id, Song.duration_s).where(Song.id.in_(song_ids)))
    return {song_id: duration for song_id, duration in rows}  # noqa: C416 - rows are no plain tuples
