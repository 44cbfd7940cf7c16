"""A music folder followed by a real backend: what comes, changes, moves, breaks and goes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from server.ingest.walk import walk
from tests.support.backend import Backend, running_backend
from tests.support.music import make_library, write_song

_LIMIT_S = 30.0


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_library(tmp_path_factory.mktemp("music"), seconds=2)


@pytest.fixture(scope="module")
def backend(music: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    with running_backend(tmp_path_factory.mktemp("data"), library=music) as running:
        yield running


@pytest.fixture(scope="module")
def client(backend: Backend) -> Iterator[httpx.Client]:
    with backend.client() as opened:
        _until(lambda: len(_songs(opened)) == 8 and all(_is_measured(song) for song in _songs(opened)))
        yield opened


def _until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _LIMIT_S
    while not is_so():
        assert time.monotonic() < deadline, "ingest did not get there"
        time.sleep(0.02)


def _songs(client: httpx.Client) -> list[dict[str, object]]:
    songs: list[dict[str, object]] = client.get("/songs?sort=title").raise_for_status().json()["items"]
    return songs


def _is_measured(song: dict[str, object]) -> bool:
    loudness = song["loudness"]
    return isinstance(loudness, dict) and loudness["track_lufs"] is not None


def _by_title(client: httpx.Client, title: str) -> dict[str, object]:
    return next(song for song in _songs(client) if song["title"] == title)


def test_the_catalogue_holds_what_the_folder_does(client: httpx.Client) -> None:
    albums = client.get("/albums").raise_for_status().json()["items"]
    assert {album["title"] for album in albums} == {"Night Ferry", "Thermals", "Late Flights", "Snow Line"}
    harbour = _by_title(client, "Harbour")
    assert harbour["cover"] is not None
    assert harbour["has_lyrics"] is True
    loudness = harbour["loudness"]
    assert isinstance(loudness, dict)
    assert -25 < loudness["track_lufs"] < -10
    assert loudness["album_lufs"] is not None
    assert client.get("/search?q=asgard").raise_for_status().json()["songs"][0]["title"] == "Ásgarð"


def test_lyrics_and_waveform(client: httpx.Client) -> None:
    lyrics = client.get(f"/songs/{_by_title(client, 'Harbour')['id']}/lyrics").raise_for_status().json()
    assert lyrics["is_synced"]
    assert lyrics["lines"][0] == {"start_s": 0.5, "text": "First light on the harbour"}
    assert len(lyrics["lines"]) == 4
    without = client.get(f"/songs/{_by_title(client, 'Drift')['id']}/lyrics")
    assert (without.status_code, without.json()["code"]) == (404, "NOT_FOUND")
    waveform = client.get(f"/songs/{_by_title(client, 'Drift')['id']}/waveform").raise_for_status().content
    assert len(waveform) == 1000
    assert max(waveform) > 60


def test_a_broken_file_is_named(client: httpx.Client) -> None:
    status = client.get("/admin/ingest").raise_for_status().json()
    assert [failure["path"] for failure in status["failures"]] == ["broken.mp3"]
    assert status["songs"] == 8


def test_files_that_come_change_move_and_go(client: httpx.Client, music: Path) -> None:
    drift, salt = _by_title(client, "Drift"), _by_title(client, "Salt")
    (music / "elsewhere").mkdir()
    (music / "winters/Drift.flac").rename(music / "elsewhere/Drifted.flac")
    write_song(music / "lowlands/02 Salt.flac", title="Salter", artist="The Lowlands", seconds=1.5, seed=40)
    write_song(music / "new.opus", title="New", artist="Nobody", seconds=1)
    (music / "kestrel/late/Stoop.m4a").unlink()
    client.post("/admin/ingest").raise_for_status()
    _until(lambda: {"Salter", "New"} <= {str(song["title"]) for song in _songs(client)})
    _until(lambda: "Stoop" not in {song["title"] for song in _songs(client)})
    assert _by_title(client, "Drift")["id"] == drift["id"]
    assert _by_title(client, "Salter")["id"] == salt["id"]
    assert "Late Flights" not in {a["title"] for a in client.get("/albums").raise_for_status().json()["items"]}


def test_a_truncated_file_is_found_by_its_decoding(client: httpx.Client, music: Path) -> None:
    whole = write_song(music.parent / "whole.flac", title="Half", artist="Nobody", seconds=8).read_bytes()
    (music / "half.flac").write_bytes(whole[: len(whole) // 2])
    client.post("/admin/ingest").raise_for_status()
    _until(lambda: len(client.get("/admin/ingest").json()["failures"]) == 2)
    reasons = {failure["path"]: failure["reason"] for failure in client.get("/admin/ingest").json()["failures"]}
    assert "can be decoded" in reasons["half.flac"]
    assert "Half" not in {song["title"] for song in _songs(client)}


def test_folders_are_added_by_the_owner_only_and_must_be_there(backend: Backend, client: httpx.Client) -> None:
    for path in ("relative", "/not/there", "/\0", "~nobody-at-all/x"):
        refused = client.post("/admin/libraries", json={"path": path})
        assert (refused.status_code, refused.json()["code"]) == (422, "VALIDATION")
    assert client.post("/admin/libraries", json={}).status_code == 422
    with backend.new_listener("guest") as guest:
        assert guest.post("/admin/libraries", json={"demo": True}).status_code == 403
        assert guest.get("/admin/ingest").status_code == 403


def test_the_walk_survives_loops_hidden_and_foreign_names(tmp_path: Path) -> None:
    (tmp_path / "a/.hidden").mkdir(parents=True)
    for name in ("a/one.mp3", "a/.two.mp3", "a/.hidden/three.mp3", "a/note.txt", "b.FLAC"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "a/loop").symlink_to(tmp_path)
    (tmp_path / "dangling.mp3").symlink_to(tmp_path / "nowhere")
    with open(os.fsencode(tmp_path) + b"/bad\xff.mp3", "wb"):  # noqa: PTH123 - pathlib takes no bytes
        pass
    found = walk(tmp_path)
    assert [file.path for file in found.files] == ["b.FLAC", "a/one.mp3"]
    assert sorted(found.failures) == ["bad\ufffd.mp3", "dangling.mp3"]


def test_a_folder_that_is_away_loses_no_songs(tmp_path: Path) -> None:
    music, data = tmp_path / "music", tmp_path / "data"
    write_song(music / "one.wav", title="One", artist="A", seconds=0.5)
    with running_backend(data, library=music) as backend:
        _until(lambda: backend.services.ingest.status().songs == 1)
    music.rename(tmp_path / "unplugged")
    with running_backend(data) as backend:
        _until(lambda: bool(backend.services.ingest.status().failures))
        assert backend.services.ingest.status().songs == 1
