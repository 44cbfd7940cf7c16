"""A look-ahead over a real local origin, and a listener that reads like mpv: from a thread, blocking."""

from __future__ import annotations

import io
import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import av
import httpx
import numpy as np
import pytest
from numpy.typing import NDArray

from player.clock import SystemClock
from player.network.client import build_client
from player.network.retry import Backoff
from player.runtime import Runtime
from player.streaming.abr.controller import Controller
from player.streaming.abr.fixed import FixedRendition
from player.streaming.look_ahead import LookAhead
from player.streaming.track_stream import TrackStream
from tests.support.media_server import RATES_KBPS, MediaServer, Song, running_media_server, song

LIMIT_S = 20.0
READ_BYTES = 32 * 1024


@dataclass
class Listener:
    """`ahead` on its loop, `server` behind it."""

    runtime: Runtime
    server: MediaServer
    client: httpx.AsyncClient
    ahead: LookAhead
    threads: ThreadPoolExecutor

    @property
    def state(self) -> str:
        return self.ahead.health.state

    def prepare(self, track_id: str) -> TrackStream:
        return self.runtime.call(self.ahead.prepare(self.server.track(track_id))).result(LIMIT_S)

    def plan(self, *track_ids: str) -> None:
        async def on_loop() -> None:
            self.ahead.plan([self.server.track(track_id) for track_id in track_ids])

        self.runtime.call(on_loop()).result(LIMIT_S)

    def report(self, track_id: str, position_s: float, *, is_playing: bool = True) -> None:
        async def on_loop() -> None:
            self.ahead.report_position(self.server.track(track_id).id, position_s, 1.0, is_playing)

        self.runtime.call(on_loop()).result(LIMIT_S)

    def until(self, claim: Callable[[], bool]) -> None:
        """The look-ahead publishes nothing: whoever reads its figures asks for them, as the window's tick does."""
        end_s = time.monotonic() + LIMIT_S
        while not claim():
            assert time.monotonic() < end_s, "never came true"
            threading.Event().wait(0.005)

    def start_reading(self, stream: TrackStream, offset: int = 0, until: int | None = None) -> Future[bytes]:
        return self.threads.submit(read_file, stream, offset, until)

    def read_all(self, stream: TrackStream) -> bytes:
        return self.start_reading(stream).result(LIMIT_S)

    def use(self, controller: Controller, memory_bytes: int = 1 << 26) -> None:
        """Another controller, before anything is prepared."""
        self.ahead = new_ahead(self.runtime, self.server, self.client, controller, memory_bytes)


def new_ahead(
    runtime: Runtime,
    server: MediaServer,
    client: httpx.AsyncClient,
    controller: Controller,
    memory_bytes: int = 1 << 26,
) -> LookAhead:
    return LookAhead(
        runtime=runtime,
        clock=SystemClock(),
        open_stream=server.open_stream,
        client=client,
        controller=controller,
        backoff=Backoff(first_s=0.01, limit_s=0.05, rng=random.Random(1)),
        memory_bytes=memory_bytes,
    )


def read_file(stream: TrackStream, offset: int = 0, until: int | None = None) -> bytes:
    parts = []
    end = stream.size_bytes if until is None else until
    while offset < end:
        part = stream.read(offset, min(READ_BYTES, end - offset))
        if not part:
            break
        parts.append(part)
        offset += len(part)
    return b"".join(parts)


def decode(file: bytes) -> NDArray[np.float32]:
    """PCM as FFmpeg gives it, every sample: (frames, channels)."""
    with av.open(io.BytesIO(file), "r") as container:
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
    return np.concatenate(frames, axis=1).T.astype(np.float32)


def plain(known: Song, rungs: list[int]) -> NDArray[np.float32]:
    return decode(known.plain_file(rungs))[: known.timeline.sample_count]


def rungs_of(stream: TrackStream) -> list[int]:
    return [RATES_KBPS.index(kbps) for kbps in stream.renditions() if kbps is not None]


def assert_whole(stream: TrackStream, file: bytes, known: Song) -> None:
    assert len(file) == stream.size_bytes
    rungs = rungs_of(stream)
    assert len(rungs) == known.segment_count
    heard = decode(file)[: stream.sample_count]
    assert len(heard) == known.timeline.sample_count
    assert np.array_equal(heard, plain(known, rungs))


@pytest.fixture
def listener() -> Iterator[Listener]:
    with running_media_server(one=song(1), two=song(2, 9.7), three=song(3, 5.0, 48_000, 1)) as server:
        runtime = Runtime()
        runtime.start()
        threads = ThreadPoolExecutor(4)

        async def client() -> httpx.AsyncClient:
            return build_client()

        http = runtime.call(client()).result(LIMIT_S)
        listening = Listener(
            runtime, server, http, new_ahead(runtime, server, http, FixedRendition(is_top=True)), threads
        )
        yield listening
        runtime.call(listening.ahead.aclose()).result(LIMIT_S)
        runtime.call(http.aclose()).result(LIMIT_S)
        threads.shutdown()
        runtime.stop()
