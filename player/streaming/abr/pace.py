"""How fast the request under way goes, looked at every tenth of a second."""

from __future__ import annotations

from collections import deque

WINDOW_S = 2.0  # of the latest pace: shorter is noise, longer sees an outage late
LEAST_KBIT = 1e-3


class Pace:
    def __init__(self) -> None:
        self._marks: deque[tuple[float, float]] = deque()
        self._elapsed_s = -1.0

    def begin(self) -> None:
        """Another request."""
        self._marks.clear()
        self._elapsed_s = -1.0

    def kbps(self, elapsed_s: float, first_byte_s: float | None, got_kbit: float) -> float | None:
        """Since the first byte, or over the last two seconds where that is slower; None before the first byte."""
        if elapsed_s <= self._elapsed_s:
            self.begin()
        self._elapsed_s = elapsed_s
        self._marks.append((elapsed_s, got_kbit))
        while len(self._marks) > 1 and self._marks[1][0] <= elapsed_s - WINDOW_S + 1e-6:
            self._marks.popleft()
        if first_byte_s is None or elapsed_s <= first_byte_s:
            return None
        rate = max(got_kbit, LEAST_KBIT) / (elapsed_s - first_byte_s)
        since_s, before_kbit = self._marks[0]
        if since_s > first_byte_s and elapsed_s - since_s >= WINDOW_S - 1e-6:
            rate = min(rate, max(got_kbit - before_kbit, LEAST_KBIT) / (elapsed_s - since_s))
        return rate
