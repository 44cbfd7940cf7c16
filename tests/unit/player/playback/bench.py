"""A whole player for tests: real queue, real libmpv without a device, songs in memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from player.clock import SystemClock
from player.domain.catalogue import Track
from player.domain.playback import PlaybackState, QueueState, Status
from player.playback.crossfading import CrossfadingEngine
from player.playback.engine import MpvEngine
from player.playback.engine_options import EngineConfig, Output
from player.playback.player import Player, PlayerOptions
from player.runtime import Runtime
from tests.unit.player.playback.fake_streams import FakeStreams
from tests.unit.player.playback.songs import WavStream, noise

T = TypeVar("T")
LIMIT_S = 20.0
SILENT = EngineConfig(output=Output.SILENT)
FAST = EngineConfig(output=Output.SILENT, is_untimed=True)


class PlayerBench:
    def __init__(self, runtime: Runtime, streams: FakeStreams, config: EngineConfig, options: PlayerOptions) -> None:
        self.runtime = runtime
        self.streams = streams
        self.pair = CrossfadingEngine(config, runtime.loop.call_soon_threadsafe, runtime)
        self.player = Player(runtime=runtime, streams=streams, engine=self.pair, clock=SystemClock(), options=options)
        self.seen: list[PlaybackState] = []
        self._changed = threading.Condition()
        self.player.subscribe(self._note)

    @property
    def engine(self) -> MpvEngine:
        """The one whose song plays."""
        return self.pair._front

    def _note(self, event: PlaybackState | QueueState) -> None:
        with self._changed:
            if isinstance(event, PlaybackState):
                self.seen.append(event)
            self._changed.notify_all()

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runtime.call(work).result(LIMIT_S)

    def until(self, claim: Callable[[PlaybackState], bool]) -> PlaybackState:
        """The first state of which `claim` is true, the present one included; looked at on every change, and in
        between for what a claim asks of the engine."""
        ends_s = time.monotonic() + LIMIT_S
        with self._changed:
            while not claim(self.player.state):
                assert time.monotonic() < ends_s, f"never came true; the last state was {self.player.state}"
                self._changed.wait(0.05)
        return self.player.state

    def until_status(self, status: Status, track_id: str | None = None) -> PlaybackState:
        return self.until(
            lambda state: (
                state.status is status
                and (track_id is None or (state.entry is not None and state.entry.track.id == track_id))
            )
        )

    def titles_heard(self) -> list[str]:
        """The songs that played, in order."""
        heard: list[str] = []
        for state in self.seen:
            if state.status is Status.PLAYING and state.entry is not None:
                name = str(state.entry.track.id)
                if not heard or heard[-1] != name:
                    heard.append(name)
        return heard


def a_song(track: Track) -> WavStream:
    return WavStream(noise(track.duration_s), track_id=track.id)


@contextmanager
def running(
    streams: FakeStreams | None = None, config: EngineConfig = SILENT, options: PlayerOptions | None = None
) -> Iterator[PlayerBench]:
    runtime = Runtime()
    runtime.start()
    bench = PlayerBench(
        runtime, streams or FakeStreams(a_song), config, options or PlayerOptions(failed_pause_s=0.05)
    )
    try:
        yield bench
    finally:
        bench.do(bench.player.aclose())
        bench.do(bench.streams.aclose())
        runtime.stop()
