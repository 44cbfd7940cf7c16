"""The backend the benchmarks play from: a process of its own, so that its work is not counted as the player's, with
the demo library and one listener's account. What the demo takes to make is kept under `build/` for the next run."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import m3u8

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "build" / "benchmarks"
USERNAME, PASSWORD = "bench", "a listener of benchmarks"
DEMO_SONGS = 24
MADE_LIMIT_S = 180.0


@dataclass(frozen=True, slots=True)
class Origin:
    url: str
    """without `/api/v1`"""
    token: str
    songs: tuple[dict[str, Any], ...]
    """as `GET /songs` answers, by title"""
    process_id: int

    def client(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.Client(base_url=f"{self.url}/api/v1", headers=headers, timeout=30, trust_env=False)

    def signed_path(self, song_id: str) -> str:
        """Path and query of a song's master playlist that opens without a header, for plain mpv."""
        with self.client() as client:
            link = client.get(f"/songs/{song_id}/stream").raise_for_status().links["alternate"]["url"]
        return str(httpx.URL(link).raw_path, "ascii")

    def ladder_kbps(self) -> tuple[float, ...]:
        """Rates of the renditions, lowest first: those of one song are those of all."""
        with self.client() as client:
            answer = client.get(f"/songs/{self.songs[0]['id']}/stream").raise_for_status()
        master = m3u8.loads(answer.text, uri=str(answer.url))
        return tuple(sorted(each.stream_info.average_bandwidth / 1000 for each in master.playlists))


@contextmanager
def demo_origin() -> Iterator[Origin]:
    with served("--demo", "--data", str(KEPT / "demo"), song_count=DEMO_SONGS) as origin:
        yield origin


@contextmanager
def served(*arguments: str, song_count: int) -> Iterator[Origin]:
    """`python -m server` with these arguments, once it holds all its songs, measured ones."""
    command = [sys.executable, "-m", "server", *arguments, "--stop-with-stdin", "--owner-code"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            if not line:
                raise SystemExit("the backend did not start; does another benchmark use its data folder?")
            said = json.loads(line)
            owner = _signed_in(said["url"], {"grant_type": "bootstrap", "code": said["owner_code"]})
            _until_read(said["url"], owner, song_count)
            with httpx.Client(base_url=said["url"] + "/api/v1", trust_env=False) as client:
                client.post("/auth/register", json={"username": USERNAME, "password": PASSWORD})  # 409 when kept
            grant = {"grant_type": "password", "username": USERNAME, "password": PASSWORD}
            token = _signed_in(said["url"], grant)
            yield Origin(said["url"], token, _songs(said["url"], token), process.pid)
        finally:
            process.stdin.close()
            process.wait(20)


def _signed_in(url: str, grant: dict[str, str]) -> str:
    answer = httpx.post(f"{url}/api/v1/auth/token", json=grant, trust_env=False).raise_for_status()
    return str(answer.json()["access_token"])


def _until_read(url: str, owner: str, song_count: int) -> None:
    end_s = time.monotonic() + MADE_LIMIT_S
    while time.monotonic() < end_s:
        headers = {"Authorization": f"Bearer {owner}"}
        ingest = httpx.get(f"{url}/api/v1/admin/ingest", headers=headers, trust_env=False).raise_for_status().json()
        if ingest["phase"] == "idle" and ingest["songs"] >= song_count:
            return
        time.sleep(0.2)
    raise SystemExit(f"the backend has not read its {song_count} songs in {MADE_LIMIT_S:.0f} s")


def _songs(url: str, token: str) -> tuple[dict[str, Any], ...]:
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx.get(f"{url}/api/v1/songs?sort=title&limit=500", headers=headers, trust_env=False)
    return tuple(answer.raise_for_status().json()["items"])
