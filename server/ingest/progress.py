"""How far ingest is: for `GET /admin/ingest`, and as readable lines on the terminal. Any thread."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Phase = Literal["idle", "scanning", "analysing"]
_LINE_INTERVAL_S = 0.5


@dataclass(frozen=True, slots=True)
class Step:
    phase: Phase = "idle"
    done: int = 0
    total: int = 0


def to_terminal(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


class Progress:
    def __init__(self, say: Callable[[str], None] = to_terminal) -> None:
        self._say = say
        self._lock = threading.Lock()
        self._steps: dict[Phase, Step] = {}
        self._said_at = 0.0

    @property
    def step(self) -> Step:
        """Scanning before analysing, which goes on behind it."""
        with self._lock:
            return self._steps.get("scanning") or self._steps.get("analysing") or Step()

    def show(self, phase: Phase, done: int, total: int) -> None:
        """At most two lines a second, and the last one of a phase."""
        now = time.monotonic()
        with self._lock:
            before = self._steps.get(phase)
            changed = before is None or before.total != total
            self._steps[phase] = Step(phase, done, total)
            if total == 0 or not (done == total or changed or now - self._said_at >= _LINE_INTERVAL_S):
                return
            if changed and now - self._said_at < _LINE_INTERVAL_S and done != total:
                return
            self._said_at = now
        words = {"scanning": "reading tags", "analysing": "measuring loudness", "idle": "ready"}[phase]
        self._say(f"ingest: {words}, {done} of {total} songs")

    def rest(self, phase: Phase) -> None:
        with self._lock:
            self._steps.pop(phase, None)

    def tell(self, line: str) -> None:
        self._say(f"ingest: {line}")
