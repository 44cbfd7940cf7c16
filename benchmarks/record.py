"""`--record` of an album against the decode of its top rendition by the ffmpeg program, sample for sample, and its
length against the sources'. The album is cut from one piece at odd samples, so that any lost sample shows."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.support.backend import running_backend
from tests.support.music import tone, write_song

ROOT = Path(__file__).resolve().parents[1]
CUTS = (441_001, 700_003, 1_234_567)
SECONDS = 40.0


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="segue-bench-") as folder:
        return _compare(Path(folder))


def _compare(folder: Path) -> int:
    source = tone(SECONDS, seed=5)
    music = folder / "music"
    music.mkdir()
    for number, part in enumerate(np.split(source, CUTS), 1):
        name = music / f"{number}.flac"
        write_song(name, title=f"Part {number}", artist="A", album="One piece", track_number=number, samples=part)
    recording = folder / "album.wav"
    report = folder / "report.json"
    began = time.monotonic()
    command = ["main.py", "--data", folder / "data", "--library", music, "--play", "album:one piece"]
    subprocess.run(
        [sys.executable, *map(str, command), "--record", str(recording), "--report", str(report)],
        cwd=ROOT,
        check=True,
    )
    took_s = time.monotonic() - began
    heard = _samples(recording)
    expected = _decoded_top(folder, music)
    is_equal = heard.shape == expected.shape and bool((heard == expected).all())
    fetched = {segment["kbps"] for segment in json.loads(report.read_text())["segments"]}
    print(f"recorded {len(heard):,} samples in {took_s:.1f} s; sources hold {len(source):,}; renditions {fetched}")
    shared = min(len(heard), len(expected))
    off = np.flatnonzero((heard[:shared] != expected[:shared]).any(axis=1))
    differing = "all equal" if is_equal else f"{len(off)} differ, the first at {off[:1]}"
    print(f"against ffmpeg's decode of the top rendition, {len(expected):,} samples: {differing}")
    return 0 if is_equal and len(heard) == len(source) else 1


def _samples(path: Path) -> NDArray[np.int16]:
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, file.getnchannels())


def _decoded_top(folder: Path, music: Path) -> NDArray[np.int16]:
    """Init and segments of the top rendition as plain files, decoded by ffmpeg, cut to each song's true length."""
    parts: list[NDArray[np.int16]] = []
    with running_backend(folder / "other", library=music) as backend, backend.client(backend.owner_token()) as client:
        for _ in range(200):
            if client.get("/admin/ingest").json()["songs"] == len(CUTS) + 1:
                break
            time.sleep(0.1)
        album = client.get("/search", params={"q": "one piece"}).json()["albums"][0]
        for song in client.get(f"/albums/{album['id']}").json()["songs"]:
            parts.append(_decoded_song(client, song["id"], folder))
    return np.concatenate(parts)


def _decoded_song(client: object, song_id: str, folder: Path) -> NDArray[np.int16]:
    import m3u8
    from httpx import Client

    assert isinstance(client, Client)
    answer = client.get(f"/songs/{song_id}/stream")
    master = m3u8.loads(answer.text, uri=str(answer.url))
    top = max(master.playlists, key=lambda each: each.stream_info.bandwidth)
    answer = client.get(top.absolute_uri)
    media = m3u8.loads(answer.text, uri=str(answer.url))
    tags = dict(line.split(":", 1) for line in answer.text.splitlines() if line.startswith("#EXT-X-SEGUE-"))
    begin, count = int(tags["#EXT-X-SEGUE-PRIMING"]), int(tags["#EXT-X-SEGUE-SAMPLES"])
    plain = folder / f"{song_id}.mp4"
    addresses = [media.segment_map[0].absolute_uri, *(segment.absolute_uri for segment in media.segments)]
    plain.write_bytes(b"".join(client.get(address).content for address in addresses))
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", str(plain), "-f", "s16le", "-"], capture_output=True, check=True
    ).stdout
    whole = np.frombuffer(raw, "<i2").reshape(-1, 2)  # ffmpeg 5.1 plays the priming of a fragmented file
    return whole[begin : begin + count]
