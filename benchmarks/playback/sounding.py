"""When sound came and when it did not, from what a player says of its output. Pure; one thread at a time."""

from __future__ import annotations

from dataclasses import dataclass, field

STALL_MIN_S = 0.1
"""less is hidden by any output's own buffer"""


@dataclass(slots=True)
class Sounding:
    first_s: float | None = None
    silences: list[tuple[float, float]] = field(default_factory=list)
    """from and until, after the first sound"""
    _silent_since_s: float | None = None

    def observe(self, now_s: float, *, is_sounding: bool) -> None:
        if is_sounding:
            if self.first_s is None:
                self.first_s = now_s
            self._end(now_s)
        elif self.first_s is not None and self._silent_since_s is None:
            self._silent_since_s = now_s

    def close(self, now_s: float) -> None:
        """The run is over: a silence under way counts up to here."""
        self._end(now_s)

    def _end(self, now_s: float) -> None:
        since_s, self._silent_since_s = self._silent_since_s, None
        if since_s is not None and now_s - since_s >= STALL_MIN_S:
            self.silences.append((since_s, now_s))
