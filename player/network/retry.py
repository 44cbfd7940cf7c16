"""Jittered exponential backoff (the 'full jitter' of AWS's 2015 study: a random wait below the growing cap, so
that many players that lost one server do not come back in step). Pure: the caller sleeps."""

from __future__ import annotations

import random
from dataclasses import dataclass, field


@dataclass(slots=True)
class Backoff:
    """`next_s` gives the wait before the next try: uniform between 0.5 and 1 times the cap, which doubles from
    `first_s` to `limit_s`. `reset` after a success."""

    first_s: float = 0.25
    limit_s: float = 10.0
    rng: random.Random = field(default_factory=random.Random)
    failures: int = 0

    def next_s(self) -> float:
        cap = min(self.first_s * 2.0 ** min(self.failures, 30), self.limit_s)
        self.failures += 1
        return cap * self.rng.uniform(0.5, 1.0)

    def reset(self) -> None:
        self.failures = 0
