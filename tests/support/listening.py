"""A whole player over the media server of tests/support/media_server.py: real look-ahead, libmpv and sockets; and
what its recordings must hold."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx
import numpy as np
from numpy.typing import NDArray

from player.clock import SystemClock
from player.domain.catalogue import Track
from player.domain.playback import PlaybackState, QueueState
from player.network.client import build_client
from player.network.retry import Backoff
from player.playback.crossfading import CrossfadingEngine
from player.playback.engine_options import EngineConfig
from player.playback.player import Player, PlayerOptions
from player.playback.recording import HEADER_BYTES
from player.runtime import Runtime
from player.streaming.abr.controller import Controller
from player.streaming.look_ahead import LookAhead
from tests.support.media_server import MediaServer, Song, running_media_server

T = TypeVar("T")
LIMIT_S = 40.0


class Listening:
    """A player over a media server, and what it published."""

    def __init__(
        self, server: MediaServer, runtime: Runtime, http: httpx.AsyncClient, config: EngineConfig, abr: Controller
    ) -> None:
        self.server = server
        self.runtime = runtime
        self.clock = SystemClock()
        self.ahead = LookAhead(
            runtime=runtime,
            clock=self.clock,
            open_stream=server.open_stream,
            client=http,
            controller=abr,
            backoff=Backoff(first_s=0.02, limit_s=0.1, rng=random.Random(1)),
        )
        self.player = Player(
            runtime=runtime,
            streams=self.ahead,
            engine=CrossfadingEngine(config, runtime.loop.call_soon_threadsafe, runtime),
            clock=self.clock,
            options=PlayerOptions(failed_pause_s=0.05),
        )
        self.seen: list[PlaybackState] = []
        self._changed = threading.Condition()
        self.player.subscribe(self._note)

    def _note(self, event: PlaybackState | QueueState) -> None:
        with self._changed:
            if isinstance(event, PlaybackState):
                self.seen.append(event)
            self._changed.notify_all()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runtime.call(work).result(LIMIT_S)

    def play(self, *names: str) -> None:
        self.do(self.player.play(self.tracks(names)))

    def tracks(self, names: Sequence[str]) -> list[Track]:
        return [self.server.track(name) for name in names]

    def seek(self, position_s: float) -> None:
        self.do(self.player.seek(position_s))

    def until(self, claim: Callable[[PlaybackState], bool]) -> PlaybackState:
        with self._changed:
            met = self._changed.wait_for(lambda: claim(self.player.state), LIMIT_S)
        assert met, f"never came true; the last state was {self.player.state}"
        return self.player.state

    def close(self) -> None:
        self.runtime.call(self.player.aclose()).result(LIMIT_S)
        self.runtime.call(self.ahead.aclose()).result(LIMIT_S)


@contextmanager
def listening(config: EngineConfig, abr: Controller, **songs: Song) -> Iterator[Listening]:
    async def client() -> httpx.AsyncClient:
        return build_client()

    with running_media_server(**songs) as server:
        runtime = Runtime()
        runtime.start()
        http = runtime.call(client()).result(LIMIT_S)
        listener = Listening(server, runtime, http, config, abr)
        try:
            yield listener
        finally:
            listener.close()
            runtime.call(http.aclose()).result(LIMIT_S)
            runtime.stop()


def decoded(known: Song, rungs: list[int], folder: Path) -> NDArray[np.int16]:
    """What libmpv itself makes of init and segments as one plain file, cut to the song's true length. The same
    libmpv, because each version of FFmpeg rounds AAC in its own way."""
    import mpv

    plain, pcm = folder / "plain.mp4", folder / "plain.pcm"
    plain.write_bytes(known.plain_file(rungs))
    pcm.unlink(missing_ok=True)
    player = mpv.MPV(
        config="no", vid="no", ao="pcm", ao_pcm_file=str(pcm), ao_pcm_waveheader="no", audio_format="s16"
    )
    with player.prepare_and_wait_for_event("end_file", timeout=LIMIT_S):
        player.play(str(plain))
    player.terminate()
    samples: NDArray[np.int16] = np.frombuffer(pcm.read_bytes(), "<i2").reshape(-1, known.channels)
    assert len(samples) >= known.timeline.sample_count
    return samples[: known.timeline.sample_count]


def recorded(path: Path, channels: int = 2) -> NDArray[np.int16]:
    samples: NDArray[np.int16] = np.frombuffer(path.read_bytes()[HEADER_BYTES:], "<i2").reshape(-1, channels)
    return samples
