"""What a typed query finds, and in which order."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from server.catalog.search_index import Kind, candidates, reindex
from server.db.models import Song, User
from server.db.session import Database
from server.discovery.search import search
from server.playlists import playlists
from server.playlists.shapes import NewPlaylist
from tests.support.seeded import song_id


def _songs(database: Database, query: str) -> list[str]:
    with database.reading() as session:
        return [song.title for song in search(session, "us_any", query, limit=20).songs]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("tnt", "T.N.T."),
        ("t.n.t", "T.N.T."),
        ("oresund", "Øresund"),
        ("ØRE", "Øresund"),
        ("rus", "Rusalka"),
        ("harb li", "Harbour Lights"),
        ("lights harbour", "Harbour Lights"),
        ("rusalka dvorak", "Rusalka"),
        ("vance tidal", "Tidal Clock"),
    ],
)
def test_words_are_found_by_their_beginnings_without_diacritics(seeded: Database, query: str, first: str) -> None:
    assert _songs(seeded, query)[0] == first


def test_every_word_must_match(seeded: Database) -> None:
    assert _songs(seeded, "rusalka zebra") == []


def test_albums_are_found_by_year_and_artists_without_their_article(seeded: Database) -> None:
    with seeded.reading() as session:
        answer = search(session, "us_any", "1984", limit=5)
        assert [album.title for album in answer.albums] == ["Glass Hours"]
        answer = search(session, "us_any", "lowlands", limit=5)
        assert [artist.name for artist in answer.artists] == ["The Lowlands"]


def test_an_exact_title_comes_before_a_more_played_beginning(seeded: Database) -> None:
    with seeded.session() as session:
        session.execute(
            update(Song).where(Song.id == song_id("Slow Water")).values(title="Night Ferry Boats", plays=99)
        )
        reindex(session, [song_id("Slow Water")])
    assert _songs(seeded, "night ferry")[:2] == ["Night Ferry", "Night Ferry Boats"]
    assert _songs(seeded, "night")[0] == "Night Ferry Boats"


def test_a_removed_song_leaves_the_index_with_its_album(seeded: Database) -> None:
    with seeded.session() as session:
        session.execute(update(Song).where(Song.id == song_id("Glass Hours")).values(removed_at=1.0))
        reindex(session, [song_id("Glass Hours")])
        assert candidates(session, Kind.SONG, "glass") == []
        assert candidates(session, Kind.ALBUM, "glass") == []
        assert [found.title for found in candidates(session, Kind.ARTIST, "mira")] == ["mira vance"]


def test_playlists_are_found_by_their_owner_only(seeded: Database) -> None:
    with seeded.session() as session:
        session.add_all(User(id=name, username=name, display_name=name) for name in ("us_1", "us_2"))
        session.flush()
        playlists.create(session, "us_1", NewPlaylist(name="Kitchen, loud"))
    with seeded.reading() as session:
        assert [found.name for found in search(session, "us_1", "loud kit", limit=5).playlists] == ["Kitchen, loud"]
        assert search(session, "us_2", "loud kit", limit=5).playlists == []


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text(max_size=60) | st.text(alphabet='"*()^:-+{}ANDORNEAR \\%_', max_size=40))
def test_no_text_reaches_the_query_syntax(seeded: Database, query: str) -> None:
    with seeded.reading() as session:
        for kind in Kind:
            candidates(session, kind, query)
