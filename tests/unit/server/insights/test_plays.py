"""A listen counts once, and as a play by the rule of docs/api.md."""

from __future__ import annotations

from typing import Any

import pytest

from server.insights.plays import is_play
from tests.support.backend import Backend
from tests.support.seeded import song_id


@pytest.mark.parametrize(
    ("heard_s", "duration_s", "counts"),
    [(31, 300, True), (30, 300, False), (10, 20, True), (9, 20, False), (240, 3600, True), (0, 0, False)],
)
def test_what_counts_as_a_play(heard_s: float, duration_s: float, counts: bool) -> None:
    assert is_play(heard_s, duration_s) is counts


def _listen(event_id: str, *, heard_s: float, song: str = "Rusalka", started_at: float = 1e9) -> dict[str, Any]:
    return {"id": event_id, "song_id": song_id(song), "started_at": started_at, "heard_s": heard_s}


def test_a_repeated_delivery_counts_once_and_the_rest_is_counted(backend: Backend) -> None:
    with backend.client() as client:
        batch = [_listen("a", heard_s=60), _listen("b", heard_s=5), _listen("a", heard_s=60)]
        batch.append({**_listen("c", heard_s=60), "song_id": "so_gone"})
        assert client.post("/playback-events", json={"events": batch}).json() == {"accepted": 2, "repeated": 2}
        assert client.post("/playback-events", json={"events": batch[:2]}).json() == {"accepted": 0, "repeated": 2}
        assert client.get(f"/songs/{song_id('Rusalka')}").json()["plays"] == 1
        assert client.get("/songs/top", params={"limit": 1}).json()["items"][0]["title"] == "Rusalka"


def test_a_batch_is_bounded(backend: Backend) -> None:
    with backend.client() as client:
        answer = client.post("/playback-events", json={"events": [_listen(str(n), heard_s=1) for n in range(501)]})
        assert (answer.status_code, answer.json()["code"]) == (422, "VALIDATION")


def test_home_follows_what_was_played(backend: Backend) -> None:
    with backend.client() as client:
        before = client.get("/home").json()["shelves"]
        assert [shelf["title"] for shelf in before] == ["Jump back in", "New here", "Electronic", "Artists"]
        events = [_listen("a", heard_s=99, song="Slow Water")]
        client.post("/playback-events", json={"events": events}).raise_for_status()
        shelves = {shelf["id"]: shelf["items"] for shelf in client.get("/home").json()["shelves"]}
        assert shelves["quick"][0]["title"] == "Night Ferry"
        assert [song["title"] for song in shelves["most-played"]] == ["Slow Water"]
        assert shelves["artists"][0]["name"] == "The Lowlands"


def test_an_empty_library_has_no_shelves(backend: Backend) -> None:
    from sqlalchemy import update

    from server.db.models import Song

    with backend.services.database.session() as session:
        session.execute(update(Song).values(removed_at=1.0))
    with backend.client() as client:
        assert client.get("/home").json() == {"shelves": []}
