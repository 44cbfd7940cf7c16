"""Slows down guessing: after a few failed attempts a key (an address, or an address and a user name) must wait.

In memory and bounded; a restart forgives. Called in request threads.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable

from server.problems import Problem

_MAX_KEYS = 10_000


class Attempts:
    def __init__(self, *, limit: int, window_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._window_s = window_s
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: OrderedDict[Hashable, deque[float]] = OrderedDict()

    def begin(self, key: Hashable) -> None:
        """Counts one attempt as failed before it is tried, so that parallel guesses count too; 429 when the key
        has none left."""
        now = self._clock()
        with self._lock:
            times = self._failures.setdefault(key, deque())
            self._failures.move_to_end(key)
            while times and now - times[0] >= self._window_s:
                times.popleft()
            if len(times) >= self._limit:
                raise _limited(self._window_s - (now - times[0]))
            times.append(now)
            while len(self._failures) > _MAX_KEYS:
                self._failures.popitem(last=False)

    def forgive(self, key: Hashable) -> None:
        """The attempt was right: what failed before it is forgotten."""
        with self._lock:
            self._failures.pop(key, None)


def _limited(wait_s: float) -> Problem:
    seconds = max(1, math.ceil(wait_s))
    return Problem(
        429,
        "RATE_LIMITED",
        f"Too many attempts; try again in {seconds} s.",
        headers={"Retry-After": str(seconds)},
    )
