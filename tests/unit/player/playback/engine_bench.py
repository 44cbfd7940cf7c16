"""The engine alone for tests: its events as they come."""

from __future__ import annotations

import threading
from collections.abc import Callable

from player.playback.engine import MpvEngine
from player.playback.engine_events import Ended, EndReason, EngineEvent, LoadId, Restarted
from player.playback.engine_options import EngineConfig
from tests.unit.player.playback.bench import LIMIT_S


class EngineBench:
    """Events are taken on mpv's thread; `until` waits for the next one that fits."""

    def __init__(self, config: EngineConfig) -> None:
        self.engine = MpvEngine(config, lambda callback: callback())
        self.events: list[EngineEvent] = []
        self._came = threading.Condition()
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

    def until_begun(self, load: LoadId) -> None:
        self.until(lambda event: event == Restarted(load))

    def until_ended(self, count: int = 1) -> Ended:
        event = self.until(lambda event: isinstance(event, Ended) and event.reason is not EndReason.REPLACED, count)
        assert isinstance(event, Ended)
        return event
