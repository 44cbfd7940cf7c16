"""What the link gives, from finished and abandoned downloads; the time to the first byte is kept apart, since counted
as download time it makes small segments look slow and a satellite link would never leave the lowest rung.

Of two memories the lesser counts: the shorter falls at once, the longer does not believe a single good sample. How
far samples lie from the session's mean tells a line from a radio link.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

HALF_FAST_S = 3.0  # little more than the last sample: a link that gives way is felt with the next request
HALF_MID_S = 20.0
HALF_SLOW_S = 50.0  # a minute of downloading: the session's level, believed with a deep buffer only
SAMPLE_WEIGHT_S = 3.0
"""added to a sample's download time: at 1 Mbit/s a segment takes 0.4 s, and 20 of them would pass before a link that
has recovered were believed"""
SAMPLE_WEIGHT_SLOW_S = 2.0
HALF_LATENCY_S = (3.0, 9.0)  # of music brought; the greater counts
LATENCY_WEIGHT_S = 4.0  # each answer says as much of the latency, however long its download
LATENCY_UNKNOWN_S = 0.1
STEADY = 0.1
"""spread, as a share of the rate, of a line that nothing disturbs; radio links of every kind measured spread wider"""
STEADY_WEIGHT_S = 5.0  # of the assumption that a link is no steadier than that: about one sample
LEAST_KBIT = 0.5  # an outage must be felt: nothing at all would be a rate of 0, which nothing can be divided by
ONE_PIECE_S = 0.005
"""a body that was read out of one socket buffer came in no measurable time; its whole time, the wait for it included,
bounds the rate from below, and the next, larger one is measured properly"""


@dataclass(frozen=True, slots=True)
class Link:
    """`low_kbps` is the careful estimate, `slow_kbps` the session's mean, `spread` the root mean square of how far
    samples lay from it, as a share."""

    low_kbps: float
    slow_kbps: float
    latency_s: float
    spread: float = math.inf

    def fetch_s(self, kbit: float) -> float:
        return self.latency_s + kbit / self.low_kbps


class Mean:
    """Exponential mean with a half-life in seconds of weight, corrected for its start at zero."""

    def __init__(self, half_life_s: float) -> None:
        self._half_life_s = half_life_s
        self._sum = 0.0
        self._weight = 0.0

    def add(self, value: float, weight_s: float) -> None:
        keep = 0.5 ** (weight_s / self._half_life_s)
        self._sum = keep * self._sum + (1.0 - keep) * value
        self._weight = keep * self._weight + (1.0 - keep)

    @property
    def value(self) -> float | None:
        return self._sum / self._weight if self._weight > 0.0 else None


class Estimator:
    def __init__(self) -> None:
        self._fast = Mean(HALF_FAST_S)
        self._mid = Mean(HALF_MID_S)
        self._slow = Mean(HALF_SLOW_S)
        self._spread = Mean(HALF_SLOW_S)
        self._spread.add(STEADY**2, STEADY_WEIGHT_S)
        self._latency = tuple(Mean(half_s) for half_s in HALF_LATENCY_S)

    def add_download(self, download_s: float, elapsed_s: float, kbit: float) -> None:
        """`download_s` from the first byte on, `elapsed_s` from the request on."""
        seconds = download_s if download_s >= ONE_PIECE_S else max(elapsed_s, ONE_PIECE_S)
        rate = max(kbit, LEAST_KBIT) / seconds
        if self._slow.value is not None:
            self._spread.add(math.log(rate / self._slow.value) ** 2, seconds + SAMPLE_WEIGHT_S)
        self._fast.add(rate, seconds + SAMPLE_WEIGHT_S)
        self._mid.add(rate, seconds + SAMPLE_WEIGHT_S)
        self._slow.add(rate, seconds + SAMPLE_WEIGHT_SLOW_S)

    def add_latency(self, latency_s: float) -> None:
        for mean in self._latency:
            mean.add(latency_s, LATENCY_WEIGHT_S)

    @property
    def link(self) -> Link | None:
        """None before the first download."""
        fast, mid, slow, spread = self._fast.value, self._mid.value, self._slow.value, self._spread.value
        if fast is None or mid is None or slow is None or spread is None:
            return None
        return Link(min(fast, mid), slow, self.latency_s, math.sqrt(spread))

    @property
    def latency_s(self) -> float:
        known = [mean.value for mean in self._latency if mean.value is not None]
        return max(known, default=LATENCY_UNKNOWN_S)
