"""Streaming over a real backend and real files: what any HLS or DASH player meets."""

from __future__ import annotations

import base64
import struct
import subprocess
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from server.streaming.encoder import encode_segment
from server.streaming.ladder import Rendition, Timeline
from server.streaming.source import Samples
from tests.support.backend import Backend, running_backend
from tests.support.music import write_song

_LIMIT_S = 30.0


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("music")
    write_song(folder / "one.flac", title="One", artist="A", seconds=10)
    write_song(folder / "two.mp3", title="Two", artist="A", seconds=6)
    write_song(folder / "gone.wav", title="Gone", artist="A", seconds=2)
    return folder


@pytest.fixture(scope="module")
def backend(music: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    with running_backend(tmp_path_factory.mktemp("data"), library=music) as running:
        _wait_for_songs(running, 3)
        yield running


def _wait_for_songs(backend: Backend, count: int) -> None:
    deadline = time.monotonic() + _LIMIT_S
    while backend.services.ingest.status().songs < count:
        assert time.monotonic() < deadline, "the songs were not ingested"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def client(backend: Backend) -> Iterator[httpx.Client]:
    with backend.client() as opened:
        yield opened


def _song_id(client: httpx.Client, title: str) -> str:
    items = client.get("/songs").raise_for_status().json()["items"]
    return next(str(item["id"]) for item in items if item["title"] == title)


def _signed(backend: Backend, answer: httpx.Response) -> str:
    return backend.url + answer.headers["link"].split(">")[0].removeprefix("<")


def _uris(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _segment_url(backend: Backend, client: httpx.Client, title: str, index: int, rung: int = 2) -> str:
    master = client.get(f"/songs/{_song_id(client, title)}/stream").raise_for_status()
    playlist = backend.url + _uris(master.text)[rung]
    return str(httpx.URL(playlist).join(_uris(httpx.get(playlist).raise_for_status().text)[index]))


def test_playlists_name_every_segment(backend: Backend, client: httpx.Client) -> None:
    answer = client.get(f"/songs/{_song_id(client, 'One')}/stream").raise_for_status()
    assert answer.headers["content-type"].startswith("application/vnd.apple.mpegurl")
    assert answer.headers["cache-control"] == "no-store"
    assert len(_uris(answer.text)) == 8
    assert httpx.get(_signed(backend, answer)).text == answer.text
    media = httpx.get(backend.url + _uris(answer.text)[0]).raise_for_status().text
    assert "#EXT-X-SEGUE-SAMPLES:441000" in media
    assert "#EXT-X-SEGUE-PRIMING:1024" in media
    lengths = [float(line[8:-1]) for line in media.splitlines() if line.startswith("#EXTINF:")]
    assert sum(lengths) == pytest.approx((441_000 + 1024) / 44_100, abs=1e-5)
    assert len(_uris(media)) == 3


def test_segments_are_immutable_bytes_with_ranges(backend: Backend, client: httpx.Client) -> None:
    url = _segment_url(backend, client, "One", 2)
    whole = httpx.get(url).raise_for_status()
    assert whole.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert whole.headers["content-type"] == "audio/mp4"
    part = httpx.get(url, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(whole.content)}"
    assert httpx.get(url, headers={"Range": "bytes=-5"}).content == whole.content[-5:]
    beyond = httpx.get(url, headers={"Range": f"bytes={len(whole.content)}-"})
    assert (beyond.status_code, beyond.json()["code"]) == (416, "RANGE")
    assert httpx.get(url, headers={"Range": "lines=1-2"}).content == whole.content
    assert httpx.get(url, headers={"If-None-Match": whole.headers["etag"]}).status_code == 304
    head = httpx.head(url)
    assert (head.content, head.headers["content-length"]) == (b"", str(len(whole.content)))


def test_everything_of_a_stream_says_what_its_bytes_should_be(backend: Backend, client: httpx.Client) -> None:
    """docs/api.md, Pieces."""

    def check(answer: httpx.Response, whole: bytes) -> None:
        expected = [zlib.crc32(whole[at : at + 1024]) for at in range(0, len(whole), 1024)]
        packed = base64.b64encode(struct.pack(f">{len(expected)}I", *expected)).decode()
        assert answer.headers["segue-pieces"] == f"length={len(whole)}, size=1024, crc-32=:{packed}:"

    master = client.get(f"/songs/{_song_id(client, 'One')}/stream").raise_for_status()
    check(master, master.content)
    playlist = httpx.get(backend.url + _uris(master.text)[-1]).raise_for_status()
    check(playlist, playlist.content)
    segment = playlist.url.join(_uris(playlist.text)[1])
    for url in (segment, str(segment).replace("1.m4s", "init.mp4")):
        whole = httpx.get(url).raise_for_status().content
        part = httpx.get(url, headers={"Range": "bytes=512-"})
        assert part.status_code == 206
        check(part, whole)


def test_signatures_guard_media(backend: Backend, client: httpx.Client) -> None:
    url = httpx.URL(_segment_url(backend, client, "One", 0))
    forged = httpx.get(url.copy_set_param("plan", "gold"))
    assert (forged.status_code, forged.json()["code"]) == (403, "URL_SIGNATURE")
    assert httpx.get(url.copy_with(query=None)).status_code == 422
    for missing in ("99.m4s", "-1.m4s", f"{'9' * 5000}.m4s", "one.m4s"):
        assert httpx.get(str(url).replace("/0.m4s", f"/{missing}")).status_code == 404
    assert httpx.get(str(url).replace("/64/", "/65/")).json()["code"] == "NOT_FOUND"


def test_one_segment_asked_for_by_many_is_encoded_once(
    backend: Backend, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[int, int]] = []

    def counted(samples: Samples, timeline: Timeline, segment: int, rendition: Rendition) -> list[bytes]:
        made.append((segment, rendition.kbps))
        return encode_segment(samples, timeline, segment, rendition)

    monkeypatch.setattr("server.streaming.encoder.encode_segment", counted)
    url = _segment_url(backend, client, "Two", 1, rung=6)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _n: httpx.get(url).raise_for_status().content, range(8)))
    assert len(set(answers)) == 1
    assert made.count((1, 256)) == 1


@pytest.mark.parametrize("title", ["One", "Two"])
@pytest.mark.parametrize("stream_format", ["hls", "dash"])
def test_ffprobe_opens_it(backend: Backend, client: httpx.Client, title: str, stream_format: str) -> None:
    answer = client.get(f"/songs/{_song_id(client, title)}/stream?format={stream_format}").raise_for_status()
    command = [
        "ffprobe",
        "-v",
        "error",
        "-show_entries",
        "format=duration",
        "-of",
        "csv=p=0",
        _signed(backend, answer),
    ]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert float(shown.stdout) == pytest.approx({"One": 10.0, "Two": 6.0}[title], abs=0.03)
    assert not shown.stderr


def test_mpv_plays_it_to_its_end(backend: Backend, client: httpx.Client, tmp_path: Path) -> None:
    answer = client.get(f"/songs/{_song_id(client, 'Two')}/stream").raise_for_status()
    out = tmp_path / "out.wav"
    command = [
        "mpv",
        "--no-config",
        "--ao=pcm",
        f"--ao-pcm-file={out}",
        "--hls-bitrate=64000",
        _signed(backend, answer),
    ]
    subprocess.run(command, capture_output=True, timeout=60, check=True)
    assert out.stat().st_size / (44_100 * 2) > 5.9


def test_a_file_that_goes_away_or_changes_is_told(backend: Backend, client: httpx.Client, music: Path) -> None:
    song_id = _song_id(client, "Gone")
    write_song(music / "gone.wav", title="Gone", artist="A", seconds=3, seed=9)
    changed = client.get(f"/songs/{song_id}/stream")
    assert changed.status_code in (200, 409)  # 200: the rescan that the change asked for was quicker
    (music / "gone.wav").unlink()
    gone = client.get(f"/songs/{song_id}/stream")
    assert (gone.status_code, gone.json()["code"]) == (410, "SOURCE_UNREADABLE")
    deadline = time.monotonic() + _LIMIT_S
    while backend.services.ingest.status().songs != 2:
        assert time.monotonic() < deadline, "the rescan did not follow"
        time.sleep(0.02)
