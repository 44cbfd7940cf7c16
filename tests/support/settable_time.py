"""A clock that tests own: `SettableTime()` is called for UTC seconds and moved by hand."""

from __future__ import annotations

DAY_S = 86_400.0


class SettableTime:
    def __init__(self, now: float = 1_750_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def pass_days(self, days: float) -> None:
        self.now += days * DAY_S
