"""A listener with a recent-segment cache, over a real origin, whose player can be ended and started again."""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from player.clock import SystemClock
from player.domain.stream import SegmentFetch
from player.network.client import build_client
from player.network.retry import Backoff
from player.runtime import Runtime
from player.streaming.abr.controller import Controller
from player.streaming.abr.fixed import FixedRendition
from player.streaming.look_ahead import LookAhead
from player.streaming.recent.openings import Openings
from player.streaming.recent.seal import Owner
from player.streaming.recent.segments import RecentSegments
from player.streaming.recent.source import RecentSource
from tests.support.media_server import MediaServer
from tests.unit.player.streaming.conftest import LIMIT_S, Listener, assert_whole


def in_an_hour() -> int:
    return int(time.time()) + 3600


@dataclass
class Replaying:
    """`owner` is who listens; `start` begins a player on the same files."""

    server: MediaServer
    runtime: Runtime
    client: httpx.AsyncClient
    threads: ThreadPoolExecutor
    path: Path
    owner: Owner | None = field(default_factory=lambda: Owner(secrets.token_bytes(32), is_kept=True))
    limit_mb: int = 64
    fetches: list[SegmentFetch] = field(default_factory=list)

    def start(self, controller: Controller | None = None) -> Listener:
        clock = SystemClock()
        self.recent = RecentSegments(self.runtime, clock, self.path, owner=lambda: self.owner, limit_mb=self.limit_mb)
        ahead = LookAhead(
            runtime=self.runtime,
            clock=clock,
            open_stream=self.server.open_stream,
            client=self.client,
            controller=controller or FixedRendition(is_top=True),
            backoff=Backoff(first_s=0.01, limit_s=0.05, rng=random.Random(1)),
            on_fetch=self.fetches.append,
            held=RecentSource(self.recent),
            openings=Openings(self.recent, clock, self.server.stream_url),
        )
        self.listener = Listener(self.runtime, self.server, self.client, ahead, self.threads)
        return self.listener

    def stop(self) -> None:
        self.runtime.call(self.listener.ahead.aclose()).result(LIMIT_S)
        self.runtime.call(self.recent.aclose()).result(LIMIT_S)

    def restart(self, controller: Controller | None = None) -> Listener:
        self.stop()
        return self.start(controller)

    def flush(self) -> None:
        self.runtime.call(self.recent.flush()).result(LIMIT_S)

    def hear(self, *names: str) -> None:
        """Songs one after another, from the first byte to the last, every sample checked."""
        for name in names:
            stream = self.listener.prepare(name)
            self.listener.plan(name)
            assert_whole(stream, self.listener.read_all(stream), self.server.songs[name])
            stream.cancel()
            self.listener.plan()
        self.flush()

    def asked(self) -> list[str]:
        """Every request since the last call: streams, playlists, inits and segments."""
        found = [f"stream {track_id}" for track_id in self.server.opened]
        found += [request.path for request in self.server.requests]
        self.server.opened.clear()
        self.server.requests.clear()
        return found

    def sources(self) -> Sequence[str]:
        """Where the segments since the last call came from."""
        found = [fetch.source for fetch in self.fetches]
        self.fetches.clear()
        return found


def media_client(runtime: Runtime) -> httpx.AsyncClient:
    async def client() -> httpx.AsyncClient:
        return build_client()

    return runtime.call(client()).result(LIMIT_S)
