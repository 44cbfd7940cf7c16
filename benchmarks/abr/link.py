"""A link replayed from a trace: how many bits it has carried by a time, and when it will have carried so many.
Seconds, kbit, kbit/s; a trace begins again when it ends."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate


@dataclass(frozen=True, slots=True)
class Period:
    seconds: float
    kbps: float
    latency_s: float


class Link:
    def __init__(self, periods: Sequence[Period]) -> None:
        self._periods = tuple(periods)
        self._ends = list(accumulate(period.seconds for period in periods))
        self._carried = list(accumulate((period.seconds * period.kbps for period in periods), initial=0.0))
        self.length_s = self._ends[-1]
        self.round_kbit = self._carried[-1]
        if self.round_kbit <= 0.0:
            raise ValueError("a link that carries nothing")

    @property
    def mean_kbps(self) -> float:
        return self.round_kbit / self.length_s

    def kbps_at(self, at_s: float) -> float:
        return self._periods[self._index(at_s % self.length_s)].kbps

    def carried_kbit(self, at_s: float) -> float:
        """All that could have come by then."""
        rounds, within_s = divmod(at_s, self.length_s)
        index = self._index(within_s)
        period = self._periods[index]
        into_s = within_s - (self._ends[index] - period.seconds)
        return rounds * self.round_kbit + self._carried[index] + into_s * period.kbps

    def when_s(self, kbit: float) -> float:
        """The first moment by which so much could have come."""
        rounds, rest = divmod(kbit, self.round_kbit)
        if rest == 0.0 and rounds > 0.0:
            rounds, rest = rounds - 1.0, self.round_kbit
        index = max(0, bisect_left(self._carried, rest) - 1)
        period = self._periods[index]
        into_s = (rest - self._carried[index]) / period.kbps if period.kbps > 0.0 else 0.0
        return rounds * self.length_s + self._ends[index] - period.seconds + into_s

    def first_byte_s(self, asked_s: float) -> float:
        """One latency after the request; where the latency changes meanwhile, in proportion."""
        left, at_s = 1.0, asked_s
        while True:
            within_s = at_s % self.length_s
            index = self._index(within_s)
            latency_s, until_s = self._periods[index].latency_s, self._ends[index] - within_s
            if latency_s * left <= until_s:
                return at_s + latency_s * left
            left -= until_s / latency_s
            at_s += until_s

    def _index(self, within_s: float) -> int:
        return min(bisect_right(self._ends, within_s), len(self._ends) - 1)
