"""Playlists over the wire: versions, ordered edits, and that two editors never lose each other's work."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.support.backend import Backend
from tests.support.seeded import SONG_S, song_id

FERRY, RUSALKA, TNT = song_id("Night Ferry"), song_id("Rusalka"), song_id("T.N.T.")


@pytest.fixture
def client(backend: Backend) -> Iterator[httpx.Client]:
    with backend.client() as signed_in:
        yield signed_in


def _create(client: httpx.Client, *songs: str) -> dict[str, Any]:
    answer = client.post("/playlists", json={"name": "  Kitchen,\tloud ", "song_ids": songs})
    assert answer.status_code == 201
    assert answer.headers["etag"] == '"1"'
    created: dict[str, Any] = answer.json()
    return created


def _edit(client: httpx.Client, playlist: dict[str, Any], *edits: dict[str, Any]) -> httpx.Response:
    headers = {"If-Match": f'"{playlist["version"]}"'}
    return client.post(f"/playlists/{playlist['id']}/edits", json={"edits": edits}, headers=headers)


def _songs(playlist: dict[str, Any]) -> list[str]:
    return [item["song"]["id"] for item in playlist["items"]]


def test_a_playlist_is_made_changed_and_deleted(client: httpx.Client) -> None:
    made = _create(client, FERRY, RUSALKA)
    assert (made["name"], made["song_count"], made["duration_s"]) == ("Kitchen, loud", 2, 2 * SONG_S)
    url, match = f"/playlists/{made['id']}", {"If-Match": '"1"'}
    renamed = client.patch(url, json={"name": "Quiet", "description": "at night"}, headers=match)
    assert (renamed.json()["name"], renamed.headers["etag"]) == ("Quiet", '"2"')
    assert [one["name"] for one in client.get("/playlists").json()["items"]] == ["Quiet"]
    assert client.delete(url, headers=match).status_code == 412
    assert client.delete(url, headers={"If-Match": renamed.headers["etag"]}).status_code == 204
    assert client.get(url).status_code == 404


def test_edits_are_applied_in_order_and_items_keep_their_ids(client: httpx.Client) -> None:
    made = _create(client, FERRY, RUSALKA)
    first, second = (item["id"] for item in made["items"])
    answer = _edit(
        client,
        made,
        {"op": "insert", "song_ids": [TNT, FERRY], "position": 1},
        {"op": "move", "item_ids": [second], "position": 0},
        {"op": "remove", "item_ids": [first]},
    ).raise_for_status()
    assert _songs(answer.json()) == [RUSALKA, TNT, FERRY]
    assert answer.json()["items"][0]["id"] == second
    assert client.get(f"/playlists/{made['id']}").json() == answer.json()


def test_all_edits_happen_or_none(client: httpx.Client) -> None:
    made = _create(client, FERRY)
    answer = _edit(client, made, {"op": "insert", "song_ids": [TNT]}, {"op": "remove", "item_ids": ["pi_none"]})
    assert (answer.status_code, answer.json()["code"]) == (422, "VALIDATION")
    assert "pi_none" in answer.json()["detail"]
    assert client.get(f"/playlists/{made['id']}").json()["version"] == "1"
    assert _songs(client.get(f"/playlists/{made['id']}").json()) == [FERRY]


def test_a_change_without_a_version_is_refused(client: httpx.Client) -> None:
    made = _create(client)
    answer = client.post(f"/playlists/{made['id']}/edits", json={"edits": [{"op": "insert", "song_ids": [TNT]}]})
    assert (answer.status_code, answer.json()["code"]) == (428, "PRECONDITION_REQUIRED")


def test_of_ten_editors_of_one_version_one_succeeds(backend: Backend, client: httpx.Client) -> None:
    made = _create(client, FERRY)
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: _edit(client, made, {"op": "insert", "song_ids": [TNT]}), range(10)))
    assert sorted(answer.status_code for answer in answers) == [200, *[412] * 9]
    assert _songs(client.get(f"/playlists/{made['id']}").json()) == [FERRY, TNT]


def test_a_playlist_of_somebody_else_is_not_there(backend: Backend, client: httpx.Client) -> None:
    made = _create(client, FERRY)
    with backend.new_listener("somebody") as other:
        assert other.get(f"/playlists/{made['id']}").status_code == 404
        assert _edit(other, made, {"op": "insert", "song_ids": [TNT]}).status_code == 404
        assert other.delete(f"/playlists/{made['id']}", headers={"If-Match": "*"}).status_code == 404


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"name": " \t"}, "needs a name"),
        ({"name": "x" * 201}, "at most 200"),
        ({"name": "x", "song_ids": ["so_none"]}, "no song 'so_none'"),
        ({}, "name"),
    ],
)
def test_a_wrong_playlist_is_refused_with_a_sentence(client: httpx.Client, body: dict[str, Any], says: str) -> None:
    answer = client.post("/playlists", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "VALIDATION")
    assert says in answer.json()["detail"]
    assert client.get("/playlists").json()["items"] == []
