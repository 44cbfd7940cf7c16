"""How long a listener waits for the backend: from a press on a song never played to its first segment (stream, media
playlist, init, segment, at 96 kbit/s), and for the last segment of such a song. The reference is what a segment
plays: 4 s.

Ten-minute songs of four formats, over loopback, medians of `COPIES`; once while the library is still being measured
(the songs were added this moment), once on an idle backend.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import mutagen
import numpy as np

from tests.support.backend import Backend, running_backend
from tests.support.music import tone, write_song

FORMATS = (".flac", ".mp3", ".m4a", ".ogg")
STATES = ("while measuring", "idle")
COPIES = 3
SECONDS = 600
KBPS = 96
SEGMENT_S = 172 * 1024 / 44_100
LIMIT_S = 600.0


@dataclass(frozen=True, slots=True)
class Waits:
    stream_s: float
    first_s: float
    """stream, media playlist, init and first segment together"""
    last_s: float


def main() -> int:
    piece = tone(20.0, seed=3)
    samples = np.tile(piece, (SECONDS // 20, 1))
    print(f"a segment plays {SEGMENT_S * 1000:.0f} ms (reference); medians of {COPIES}, {SECONDS // 60} min a song")
    for suffix in FORMATS:
        with tempfile.TemporaryDirectory(prefix="segue-bench-") as folder:
            music = Path(folder, "music")
            first = write_song(music / f"0{suffix}", title="Song 0", samples=samples)
            for number in range(1, COPIES * len(STATES)):
                _retitled_copy(first, music / f"{number}{suffix}", f"Song {number}")
            with running_backend(Path(folder, "data"), library=music) as backend:
                _measure(backend, suffix)
    return 0


def _retitled_copy(original: Path, copy: Path, title: str) -> None:
    """Other bytes, so that no segment of one serves another."""
    shutil.copy(original, copy)
    file = mutagen.File(copy, easy=True)
    file["title"] = [title]
    file.save()


def _measure(backend: Backend, suffix: str) -> None:
    with backend.client() as client:
        _wait(backend, songs=COPIES * len(STATES))
        items = client.get("/songs").raise_for_status().json()["items"]
        ids = iter([str(item["id"]) for item in items])
        for state in STATES:
            if state == "idle":
                _wait(backend, songs=COPIES * len(STATES), until_idle=True)
            waits = [_listen(backend, client, song_id) for song_id in _some(ids)]
            stream, first, last = (
                statistics.median(values) * 1000
                for values in (
                    [each.stream_s for each in waits],
                    [each.first_s for each in waits],
                    [each.last_s for each in waits],
                )
            )
            share = first / 10 / SEGMENT_S
            print(
                f"{suffix[1:]:5}{state:16} first segment {first:5.0f} ms ({share:.1f} % of what it plays; stream"
                f" {stream:.0f} ms), last segment {last:5.0f} ms",
                flush=True,
            )


def _some(ids: Iterator[str]) -> list[str]:
    return [next(ids) for _ in range(COPIES)]


def _listen(backend: Backend, client: httpx.Client, song_id: str) -> Waits:
    began = time.perf_counter()
    master = client.get(f"/songs/{song_id}/stream").raise_for_status()
    streamed = time.perf_counter()
    playlist = backend.url + next(line for line in master.text.splitlines() if f"/{KBPS}/index" in line)
    lines = client.get(playlist).raise_for_status().text.splitlines()
    segments = [line for line in lines if line and not line.startswith("#")]
    (init,) = (line.split('"')[1] for line in lines if line.startswith("#EXT-X-MAP"))
    for name in (init, segments[0]):
        client.get(httpx.URL(playlist).join(name)).raise_for_status()
    first = time.perf_counter()
    client.get(httpx.URL(playlist).join(segments[-1])).raise_for_status()
    return Waits(streamed - began, first - began, time.perf_counter() - first)


def _all_measured(backend: Backend) -> bool:
    with backend.client() as client:
        items = client.get("/songs").raise_for_status().json()["items"]
    return all(item["loudness"]["track_lufs"] is not None for item in items)


def _wait(backend: Backend, *, songs: int, until_idle: bool = False) -> None:
    deadline = time.monotonic() + LIMIT_S
    while True:
        status = backend.services.ingest.status()
        if status.songs >= songs and (not until_idle or _all_measured(backend)):
            return
        if time.monotonic() > deadline:
            raise SystemExit(f"the backend is still at {status}")
        time.sleep(0.1)
