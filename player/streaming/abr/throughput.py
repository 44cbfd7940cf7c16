"""How fast the link is, from finished downloads. Two exponential means of different memory, weighted by download
time, of which the pessimist counts: a falling link shows in the fast one, a lucky burst is held back by the slow.

The time to the first byte is kept apart: counted as download time it makes small segments look slow, and the
controller would never leave the lowest rung on a satellite link (abr/CONTROLLER.md).
"""

from __future__ import annotations

import math

MIN_DOWNLOAD_S = 0.001  # a segment out of one socket buffer: the clock says zero, the link is just fast
MAX_KBPS = 1_000_000.0


class Ewma:
    """Exponential mean with a half-life in seconds of weight, corrected for its start at zero."""

    def __init__(self, half_life_s: float) -> None:
        self._half_life_s = half_life_s
        self._sum = 0.0
        self._weight_s = 0.0

    def add(self, value: float, weight_s: float) -> None:
        keep = math.pow(0.5, weight_s / self._half_life_s)
        self._sum = keep * self._sum + (1.0 - keep) * value
        self._weight_s += weight_s

    @property
    def mean(self) -> float | None:
        if self._weight_s <= 0.0:
            return None
        return self._sum / (1.0 - math.pow(0.5, self._weight_s / self._half_life_s))


class LinkEstimate:
    """`fast_kbps` is the least of the two short means, `slow_kbps` the long one."""

    def __init__(self, short_s: float, long_s: float, slow_s: float) -> None:
        self._short = Ewma(short_s)
        self._long = Ewma(long_s)
        self._slow = Ewma(slow_s)
        self._latency = (Ewma(short_s), Ewma(long_s))

    def add_download(self, seconds: float, kbit: float) -> None:
        if kbit <= 0.0:
            return
        seconds = max(seconds, MIN_DOWNLOAD_S)
        rate = min(kbit / seconds, MAX_KBPS)
        for mean in (self._short, self._long, self._slow):
            mean.add(rate, seconds)

    def add_latency(self, latency_s: float, weight_s: float) -> None:
        """One answer's time to its first byte, weighted by the music it brought."""
        for mean in self._latency:
            mean.add(latency_s, weight_s)

    @property
    def fast_kbps(self) -> float | None:
        short, long = self._short.mean, self._long.mean
        return None if short is None or long is None else min(short, long)

    @property
    def slow_kbps(self) -> float | None:
        return self._slow.mean

    @property
    def latency_s(self) -> float:
        """The greater of its two means; 0.1 s before the first answer."""
        known = [mean.mean for mean in self._latency if mean.mean is not None]
        return max(known, default=0.1)
