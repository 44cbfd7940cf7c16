"""No request may be expected to take more than a share of the buffer, by the careful estimate."""

from __future__ import annotations

from player.streaming.abr.estimator import Link
from player.streaming.abr.state import Ladder

FLOOR_S = 1.5  # never counted on: second segments, chosen after a single sample, were the small stalls


def within_reserve(ladder: Ladder, rung: int, duration_s: float, link: Link, share: float, buffer_s: float) -> int:
    """The highest rung up to `rung` that keeps to it; the lowest is always allowed."""
    while rung > 0 and link.fetch_s(ladder.rates_kbps[rung] * duration_s) > share * (buffer_s - FLOOR_S):
        rung -= 1
    return rung
