"""The engine alone for tests: its events as they come."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from player.playback.engine import MpvEngine
from player.playback.engine_events import Ended, EndReason, EngineEvent, LoadId, Restarted
from player.playback.engine_options import EngineConfig
from tests.unit.player.playback.bench import LIMIT_S
from tests.unit.player.playback.songs import RATE


class EngineBench:
    """Events are taken on mpv's thread; `until` waits for the next one that fits."""

    def __init__(self, config: EngineConfig) -> None:
        self.engine = MpvEngine(config, lambda callback: callback())
        self.events: list[EngineEvent] = []
        self._came = threading.Condition()
        self._marks = 0
        self.engine.listen(self._note)
        self.engine.open()

    def _note(self, event: EngineEvent) -> None:
        with self._came:
            self.events.append(event)
            self._came.notify_all()

    def until(self, claim: Callable[[EngineEvent], bool], count: int = 1) -> EngineEvent:
        with self._came:
            assert self._came.wait_for(lambda: len([e for e in self.events if claim(e)]) >= count, LIMIT_S), (
                self.events
            )
        return [event for event in self.events if claim(event)][count - 1]

    def until_done(self) -> None:
        """All commands given so far: mpv does them in order, and this one can be seen."""
        self._marks += 1
        self.engine._send("set", "sub-delay", str(self._marks))
        self.until_true(lambda: bool(self.engine._mpv["sub-delay"] == self._marks))

    def until_true(self, claim: Callable[[], bool]) -> None:
        """For what mpv does not tell of itself."""
        ends_s = time.monotonic() + LIMIT_S
        while not claim():
            assert time.monotonic() < ends_s
            time.sleep(0.005)

    def until_recorded(self, path: Path, seconds: float) -> None:
        """So much of stereo at the tests' rate is in the file."""
        self.until_true(lambda: path.exists() and path.stat().st_size > seconds * RATE * 4)

    def until_begun(self, load: LoadId) -> None:
        self.until(lambda event: event == Restarted(load))

    def until_ended(self, count: int = 1) -> Ended:
        event = self.until(lambda event: isinstance(event, Ended) and event.reason is not EndReason.REPLACED, count)
        assert isinstance(event, Ended)
        return event
