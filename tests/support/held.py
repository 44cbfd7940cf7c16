"""A gate for the media server (`MediaServer.gate`) that lets the first segments through and holds the rest."""

from __future__ import annotations

import threading


class Held(threading.Event):
    """`set` opens it for good."""

    def __init__(self, passing: int) -> None:
        super().__init__()
        self._passing = passing
        self._count = threading.Lock()

    def wait(self, timeout: float | None = None) -> bool:
        with self._count:
            self._passing -= 1
            if self._passing >= 0:
                return True
        return super().wait(timeout)
