"""`/search` and `/home` (docs/api.md, Catalogue)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from server.db.session import Db
from server.discovery.home import Home
from server.discovery.home import home as shelves
from server.discovery.search import SearchAnswer
from server.discovery.search import search as ranked
from server.identity.access import CurrentUser

router = APIRouter(tags=["discovery"])


@router.get("/search")
def search(
    user: CurrentUser,
    db: Db,
    q: Annotated[str, Query(max_length=200)],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> SearchAnswer:
    return ranked(db, user.id, q, limit=limit)


@router.get("/home")
def home(user: CurrentUser, db: Db) -> Home:
    return shelves(db, user.id)
