"""Time as an argument: whoever decides by time takes a Clock, so that tests own it."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    def monotonic_s(self) -> float:
        """Seconds that only go forward; no relation to the calendar."""
        ...

    def wall_s(self) -> float:
        """UTC seconds since 1970."""
        ...


class SystemClock:
    def monotonic_s(self) -> float:
        return time.monotonic()

    def wall_s(self) -> float:
        return time.time()
