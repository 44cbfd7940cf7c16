"""`/playback-events` (docs/api.md)."""

from __future__ import annotations

from fastapi import APIRouter

from server.db.session import WritableDb
from server.identity.access import CurrentUser
from server.insights.plays import Listens, Receipt, receive

router = APIRouter(tags=["insights"])


@router.post("/playback-events")
def playback_events(body: Listens, user: CurrentUser, db: WritableDb) -> Receipt:
    return receive(db, user.id, body)
