"""A small HLS origin with faults, for the tests of adaptive streaming: real CMAF segments over real sockets.

The songs are encoded by the backend's own encoder; the HTTP is written by hand, because the faults are of the kind
that a correct server library will not produce: half a segment, a reset, a trickle, a sign-in page.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from player.domain.catalogue import Track
from player.domain.ids import TrackId
from player.errors import NotFound
from player.service.port import StreamDocument
from server.streaming.cmaf import init_segment, media_segment
from server.streaming.encoder import encode_segment, samples_needed
from server.streaming.ladder import FRAME_SAMPLES, PRIMING_SAMPLES, Rendition, Timeline
from tests.support.music import tone

RATES_KBPS = (24, 64, 128, 320)


@dataclass(frozen=True)
class Song:
    """One encoded song; `segments[rung][index]`."""

    timeline: Timeline
    channels: int
    init: bytes
    segments: tuple[tuple[bytes, ...], ...]

    @property
    def segment_count(self) -> int:
        return self.timeline.segment_count

    def duration_s(self, index: int) -> float:
        return self.timeline.samples_of(index) / self.timeline.rate

    def plain_file(self, rungs: list[int]) -> bytes:
        """init and the segments one after another: what any other player would be given."""
        return self.init + b"".join(self.segments[rung][index] for index, rung in enumerate(rungs))


@cache
def song(seed: int = 1, seconds: float = 21.3, rate: int = 44_100, channels: int = 2) -> Song:
    return encoded(tone(seconds, seed=seed, rate=rate, channels=channels), rate)


def encoded(signal: NDArray[np.float32], rate: int) -> Song:
    """`signal` (samples, channels) as the backend would serve it."""
    channels = signal.shape[1]
    timeline = Timeline(rate, len(signal))
    padded = np.concatenate([signal, np.zeros((4 * FRAME_SAMPLES, channels), np.float32)])
    rungs = []
    for kbps in RATES_KBPS:
        segments = []
        for index in range(timeline.segment_count):
            span = samples_needed(timeline, index)
            frames = encode_segment(padded[span.start : span.stop], timeline, index, Rendition(kbps))
            segments.append(media_segment(timeline, index, frames))
        rungs.append(tuple(segments))
    return Song(timeline, channels, init_segment(timeline, channels), tuple(rungs))


@dataclass
class Fault:
    """Takes the next `times` requests whose path matches: status (with `code`), reset, half, garbage, captive,
    trickle (`bytes_per_s`), hang."""

    kind: str
    path: str = r"\.m4s"
    times: int = 1
    status: int = 500
    code: str = ""
    retry_after_s: float | None = None
    bytes_per_s: float = 100.0
    skip: int = 0
    """lets so many matching requests pass before"""


@dataclass
class Request:
    path: str
    byte_range: str | None


@dataclass
class MediaServer:
    """Runs in a thread of its own. `latency_s` and `rate_bps` shape every answer."""

    songs: dict[str, Song]
    uses_byte_ranges: bool = False
    rate_bps: float | None = None
    faults: list[Fault] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    signature: int = 1
    """addresses signed with another number are expired"""
    expires_at: int | None = None
    """UTC seconds that the addresses say, as docs/api.md has it; the signature is what counts here"""
    content: str = ""
    """part of every path after the song: another one is another file"""
    opened: list[str] = field(default_factory=list)
    """the songs whose stream was asked for"""
    url: str = ""
    init_name: str = "init.mp4"
    moved_to: str = ""
    """where the addresses of newly opened songs lead, once the server has moved"""
    gate: threading.Event | None = None
    """while it is there and not set, segment answers wait after half their bytes"""

    # ---- what the service adapter would do

    @property
    def query(self) -> str:
        return f"sig={self.signature}" if self.expires_at is None else f"exp={self.expires_at}&sig={self.signature}"

    def stream_url(self, track_id: TrackId) -> str:
        return (self.moved_to or self.url) + f"/api/v1/songs/{track_id}/stream"

    async def open_stream(self, track_id: TrackId) -> StreamDocument:
        self.opened.append(track_id)
        if track_id not in self.songs:
            raise NotFound("no such song")
        lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
        for kbps in RATES_KBPS:
            rendition = Rendition(kbps)
            lines.append(
                f"#EXT-X-STREAM-INF:BANDWIDTH={rendition.peak_bps},AVERAGE-BANDWIDTH={rendition.average_bps},"
                'CODECS="mp4a.40.2"'
            )
            lines.append(f"/media/{track_id}{self.content}/{kbps}/index.m3u8?{self.query}")
        return StreamDocument(self.stream_url(track_id), "\n".join(lines) + "\n")

    def track(self, track_id: str) -> Track:
        known = self.songs.get(track_id)
        duration_s = known.timeline.sample_count / known.timeline.rate if known else 10.0
        return Track(TrackId(track_id), track_id, (), None, duration_s)

    def segments_asked(self) -> list[str]:
        return [request.path for request in self.requests if request.path.endswith(".m4s")]

    # ---- the wire

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # cancelled when the server stops: asyncio's streams report a cancelled handler as an error (3.11)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                if not await self._answer(head, writer):
                    break
        writer.close()

    async def _answer(self, head: str, writer: asyncio.StreamWriter) -> bool:
        target = head.split(" ", 2)[1]
        match = re.search(r"^range: bytes=(\d+)-(\d*)", head, re.IGNORECASE | re.MULTILINE)
        path, _, query = target.partition("?")
        self.requests.append(Request(path, match[0] if match else None))
        if (fault := self._fault(path)) is not None and fault.kind == "status":
            return await self._refuse(writer, fault)
        body = self._resource(path)
        if body is None:
            return await self._refuse(writer, Fault("status", status=404, code="NOT_FOUND"))
        if query != self.query:
            return await self._refuse(writer, Fault("status", status=403, code="URL_EXPIRED"))
        status, extra = "200 OK", ""
        if match:
            start, end = int(match[1]), int(match[2] or len(body) - 1)
            status, extra = "206 Partial Content", f"Content-Range: bytes {start}-{end}/{len(body)}\r\n"
            body = body[start : end + 1]
        if fault is not None and fault.kind in ("garbage", "captive"):
            body = b"<html>Please sign in to this network</html>" if fault.kind == "captive" else bytes(len(body))
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{extra}\r\n".encode())
        return await self._body(writer, body, fault, is_segment=path.endswith(".m4s"))

    async def _body(
        self, writer: asyncio.StreamWriter, body: bytes, fault: Fault | None, *, is_segment: bool
    ) -> bool:
        kind = fault.kind if fault else ""
        if kind in ("half", "reset", "hang"):
            writer.write(body[: len(body) // 2])
            await writer.drain()
            if kind == "hang":
                await asyncio.sleep(60)
            if kind == "reset" and (raw := writer.get_extra_info("socket")) is not None:
                raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        if self.gate is not None and is_segment:
            writer.write(body[: len(body) // 2])
            await writer.drain()
            await asyncio.to_thread(self.gate.wait, 10)
            writer.write(body[len(body) // 2 :])
            await writer.drain()
            return True
        rate_bps = fault.bytes_per_s * 8 if fault is not None and kind == "trickle" else self.rate_bps
        step = len(body) if rate_bps is None else max(1, int(rate_bps / 8 / 50))
        for at in range(0, len(body), max(step, 1)):
            writer.write(body[at : at + step])
            await writer.drain()
            if rate_bps is not None:
                await asyncio.sleep(0.02)
        return True

    async def _refuse(self, writer: asyncio.StreamWriter, fault: Fault) -> bool:
        body = f'{{"status": {fault.status}, "title": "no", "code": "{fault.code}"}}'.encode()
        extra = "" if fault.retry_after_s is None else f"Retry-After: {fault.retry_after_s}\r\n"
        head = (
            f"HTTP/1.1 {fault.status} No\r\nContent-Type: application/problem+json\r\nContent-Length: {len(body)}\r\n"
        )
        writer.write(f"{head}{extra}\r\n".encode() + body)
        await writer.drain()
        return True

    def _fault(self, path: str) -> Fault | None:
        for fault in self.faults:
            if re.search(fault.path, path) and fault.times > 0:
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                return fault
        return None

    def _resource(self, path: str) -> bytes | None:
        match = re.fullmatch(rf"/media/(\w+){self.content}/(\d+)/(index\.m3u8|[a-z]+\.mp4|all\.m4s|(\d+)\.m4s)", path)
        if match is None or match[1] not in self.songs:
            return None
        known, rung = self.songs[match[1]], RATES_KBPS.index(int(match[2]))
        if match[3] == "index.m3u8":
            return self._playlist(known, rung).encode()
        if match[3].endswith(".mp4"):
            return known.init if match[3] == self.init_name else None
        if match[3] == "all.m4s":
            return b"".join(known.segments[rung])
        return known.segments[rung][int(match[4])]

    def _playlist(self, known: Song, rung: int) -> str:
        lines = [
            "#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-TARGETDURATION:5", "#EXT-X-PLAYLIST-TYPE:VOD",
            f"#EXT-X-SEGUE-SAMPLES:{known.timeline.sample_count}", f"#EXT-X-SEGUE-PRIMING:{PRIMING_SAMPLES}",
            f'#EXT-X-MAP:URI="{self.init_name}?{self.query}"',
        ]  # fmt: skip
        for index, segment in enumerate(known.segments[rung]):
            lines.append(f"#EXTINF:{known.duration_s(index):.6f},")
            if self.uses_byte_ranges:
                lines += [f"#EXT-X-BYTERANGE:{len(segment)}", f"all.m4s?{self.query}"]
            else:
                lines.append(f"{index}.m4s?{self.query}")
        return "\n".join([*lines, "#EXT-X-ENDLIST"]) + "\n"


@contextlib.contextmanager
def running_media_server(**songs: Song) -> Iterator[MediaServer]:
    server = MediaServer(dict(songs))
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="media-server")
    thread.start()

    async def start() -> asyncio.Server:
        return await asyncio.start_server(server.serve, "127.0.0.1", 0)

    async def stop(listening: asyncio.Server) -> None:
        listening.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    listening = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(stop(listening), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
