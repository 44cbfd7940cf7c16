"""The wait between a failure and the next try: jittered by `Faults`, cut short by `retry_now`. On the `net` loop; the
look-ahead and its requests share one, so that the listener sees one countdown.
"""

from __future__ import annotations

import asyncio

from player.clock import Clock
from player.errors import PlayerError
from player.streaming.faults import Faults


class Holding:
    def __init__(self, clock: Clock, faults: Faults) -> None:
        self._clock = clock
        self._faults = faults
        self._retry = asyncio.Event()
        self.next_retry_at_s: float | None = None
        """on the player's monotonic clock; None while nothing has failed"""

    async def wait(self, error: PlayerError) -> None:
        wait_s = self._faults.wait_s(error)
        self.next_retry_at_s = self._clock.monotonic_s() + wait_s
        self._retry.clear()
        try:
            async with asyncio.timeout(wait_s):
                await self._retry.wait()
        except TimeoutError:
            return

    def retry_now(self) -> None:
        self._retry.set()

    def is_over(self) -> None:
        """A request succeeded."""
        self.next_retry_at_s = None
