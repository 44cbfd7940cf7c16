"""Times every turn of Qt's event loop in the GUI thread, and lays the longest to the action that is under way."""

from __future__ import annotations

import time
from dataclasses import dataclass

from PySide6.QtCore import QAbstractEventDispatcher, QObject, QTimer

BEAT_MS = 1
"""the loop is woken this often, so that a turn's wall time holds at most this much waiting"""
CALM_TURN_MS = 0.8


@dataclass
class Action:
    name: str
    cpu_ms: float = 0.0
    wall_ms: float = 0.0


class Probe(QObject):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.actions: list[Action] = []
        self._last_ms = 0.0
        self._cpu_s, self._wall_s = time.thread_time(), time.perf_counter()
        self._beat = QTimer(self, interval=BEAT_MS)
        self._beat.timeout.connect(self._nothing)
        self._beat.start()
        dispatcher = QAbstractEventDispatcher.instance()
        assert dispatcher is not None, "made inside a running application"
        dispatcher.awake.connect(self._turned)

    @property
    def is_busy(self) -> bool:
        """This turn, so far, or the one before it was more than waking up."""
        return max(self._last_ms, (time.thread_time() - self._cpu_s) * 1000) > CALM_TURN_MS

    def begin(self, name: str) -> None:
        self.actions.append(Action(name))

    def _turned(self) -> None:
        cpu_s, wall_s = time.thread_time(), time.perf_counter()
        self._last_ms = (cpu_s - self._cpu_s) * 1000
        if self.actions:
            action = self.actions[-1]
            action.cpu_ms = max(action.cpu_ms, self._last_ms)
            action.wall_ms = max(action.wall_ms, (wall_s - self._wall_s) * 1000)
        self._cpu_s, self._wall_s = cpu_s, wall_s

    def _nothing(self) -> None:
        """Waking is all it does."""
