"""A longer list costs no more queries: the N+1 of every catalogue, ruled out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from server.catalog.albums import album_page
from server.catalog.artists import artist_page
from server.catalog.songs import song_page
from server.db.session import Database
from server.discovery.search import search

LISTS: dict[str, Callable[[Session, int], Any]] = {
    "songs": lambda session, limit: song_page(session, "us", sort="artist", genre=None, cursor=None, limit=limit),
    "albums": lambda session, limit: album_page(session, sort="artist", genre=None, cursor=None, limit=limit),
    "artists": lambda session, limit: artist_page(session, cursor=None, limit=limit),
    "search": lambda session, limit: search(session, "us", "t", limit=limit),
}


@pytest.mark.parametrize("name", LISTS)
def test_the_number_of_queries_does_not_grow_with_the_list(seeded: Database, name: str) -> None:
    def statements(limit: int) -> int:
        seen: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            seen.append(statement)

        event.listen(seeded.engine, "before_cursor_execute", note)
        with seeded.reading() as session:
            assert LISTS[name](session, limit)
        event.remove(seeded.engine, "before_cursor_execute", note)
        return len(seen)

    assert 0 < statements(1) == statements(100)
