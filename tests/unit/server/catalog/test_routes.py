"""The catalogue over the wire, on the seeded library."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import update

from server.db.models import Song
from tests.support.backend import Backend
from tests.support.seeded import song_id


@pytest.fixture
def client(backend: Backend) -> Iterator[httpx.Client]:
    with backend.client() as signed_in:
        yield signed_in


def _titles(answer: httpx.Response) -> list[str]:
    return [item["title"] for item in answer.raise_for_status().json()["items"]]


def test_songs_are_sorted_without_articles_and_diacritics(client: httpx.Client) -> None:
    assert _titles(client.get("/songs")) == [
        "Glass Hours",
        "Harbour Lights",
        "Night Ferry",
        "Øresund",
        "Rusalka",
        "Slow Water",
        "Tidal Clock",
        "T.N.T.",
    ]


@pytest.mark.parametrize(
    "sort", ["title", "-title", "artist", "-artist", "album", "added", "-added", "plays", "-plays"]
)
def test_pages_by_cursor_give_the_whole_list_once(client: httpx.Client, sort: str) -> None:
    whole = _titles(client.get("/songs", params={"sort": sort}))
    parts: list[str] = []
    params: dict[str, str | int] = {"sort": sort, "limit": 3}
    for _ in range(4):
        page = client.get("/songs", params=params).json()
        assert page["total"] == 8
        parts += [item["title"] for item in page["items"]]
        if page["next"] is None:
            break
        params["cursor"] = page["next"]
    assert parts == whole
    assert len(parts) == 8


@pytest.mark.parametrize(
    "cursor",
    [
        "nonsense!",
        "é",
        base64.urlsafe_b64encode(b"[1").decode(),
        base64.urlsafe_b64encode(json.dumps(["-title", "a", "b"]).encode()).decode(),
        base64.urlsafe_b64encode(json.dumps(["title", 1, "b"]).encode()).decode(),
        base64.urlsafe_b64encode(json.dumps(["title", "a"]).encode()).decode(),
    ],
)
def test_a_foreign_cursor_is_refused_with_a_code(client: httpx.Client, cursor: str) -> None:
    answer = client.get("/songs", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (400, "CURSOR_INVALID")


def test_an_unknown_order_names_the_known_ones(client: httpx.Client) -> None:
    answer = client.get("/albums", params={"sort": "colour"})
    assert answer.status_code == 400
    assert "title, artist, year, added" in answer.json()["detail"]


def test_genres_filter_songs_and_albums(client: httpx.Client) -> None:
    assert client.get("/genres").json()["items"][0] == {"name": "Electronic", "song_count": 4}
    assert len(_titles(client.get("/songs", params={"genre": "Electronic"}))) == 4
    assert _titles(client.get("/albums", params={"genre": "Electronic"})) == ["Glass Hours", "Tidal Clock"]


def test_albums_by_year_and_their_totals(client: httpx.Client) -> None:
    assert _titles(client.get("/albums", params={"sort": "-year"})) == ["Tidal Clock", "Night Ferry", "Glass Hours"]
    album = client.get("/albums/al_tidal_clock").json()
    assert (album["song_count"], album["duration_s"], album["genres"]) == (3, 300.0, ["Electronic"])
    assert [song["title"] for song in album["songs"]] == ["Tidal Clock", "T.N.T.", "Øresund"]


def test_an_artist_has_top_songs_and_albums(client: httpx.Client) -> None:
    assert [artist["name"] for artist in client.get("/artists").json()["items"]] == [
        "Dvořák",
        "The Lowlands",
        "Mira Vance",
    ]
    artist = client.get("/artists/ar_mira_vance").json()
    assert (artist["album_count"], artist["song_count"]) == (2, 4)
    assert [album["title"] for album in artist["albums"]] == ["Tidal Clock", "Glass Hours"]
    assert len(client.get("/artists/ar_mira_vance/top-songs").json()["items"]) == 4


def test_a_removed_song_is_in_no_list_but_shown_by_id(backend: Backend, client: httpx.Client) -> None:
    with backend.services.database.session() as session:
        session.execute(update(Song).where(Song.id == song_id("Glass Hours")).values(removed_at=1.0))
    assert "Glass Hours" not in _titles(client.get("/songs"))
    assert "Glass Hours" not in _titles(client.get("/albums"))
    assert client.get(f"/songs/{song_id('Glass Hours')}").json()["is_available"] is False


def test_likes_are_each_listeners_own_and_newest_first(backend: Backend, client: httpx.Client) -> None:
    for title in ("Rusalka", "Night Ferry", "Rusalka"):
        assert client.put(f"/me/library/songs/{song_id(title)}").status_code == 204
    assert _titles(client.get("/me/library/songs")) == ["Night Ferry", "Rusalka"]
    assert client.get(f"/songs/{song_id('Rusalka')}").json()["is_liked"] is True
    with backend.new_listener("somebody") as other:
        assert other.get(f"/songs/{song_id('Rusalka')}").json()["is_liked"] is False
    assert client.delete(f"/me/library/songs/{song_id('Rusalka')}").status_code == 204
    assert client.delete(f"/me/library/songs/{song_id('Rusalka')}").status_code == 204
    assert _titles(client.get("/me/library/songs")) == ["Night Ferry"]
    assert client.put("/me/library/songs/so_none").status_code == 404


@pytest.mark.parametrize("path", ["/songs/x", "/albums/x", "/artists/x", "/artists/x/top-songs", "/covers/x"])
def test_what_is_not_there_is_a_problem_with_a_code(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
    assert answer.headers["content-type"] == "application/problem+json"
