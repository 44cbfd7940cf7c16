"""The request for a song's first segment, begun before its playlist is there: where the song is laid out as on
Segue's backend (docs/api.md) the address follows from the master playlist, and a start is spared a round trip.

Begun by player/streaming/opening.py, gone on with by the first Download of that segment, which takes over what has
come, with the times at which it came. On the `net` loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from player.clock import Clock
from player.errors import PlayerError
from player.runtime import Runtime
from player.streaming.sources import SegmentRequest, SegmentSource

MAX_WAITING_BYTES = 4 * 1024 * 1024  # what nobody has asked for yet; a segment is a tenth of it


class HeadStart:
    """Begins at once. `chunks` raises the PlayerError that the request met."""

    def __init__(
        self, runtime: Runtime, clock: Clock, source: SegmentSource, request: SegmentRequest, rung: int
    ) -> None:
        self.request = request
        self.rung = rung
        self.started_s = clock.monotonic_s()
        self.first_byte_s: float | None = None
        """from `started_s`"""
        self._clock = clock
        self._source = source
        self._waiting = bytearray()
        self._error: PlayerError | None = None
        self._is_over = False
        self._changed = asyncio.Event()
        self._task = runtime.spawn(self._run(), f"head start {request.track_id}")

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Once: everything that has come and comes. Ending it early ends the request."""
        try:
            while True:
                self._changed.clear()
                if self._waiting:
                    piece, self._waiting = bytes(self._waiting), bytearray()
                    yield piece
                elif self._is_over:
                    break
                else:
                    await self._changed.wait()  # bounded by the source's own limit on every read
            if self._error is not None:
                raise self._error
        finally:
            self.cancel()

    def cancel(self) -> None:
        self._task.cancel()

    async def _run(self) -> None:
        try:
            async with aclosing(self._source.chunks(self.request)) as chunks:
                async for chunk in chunks:
                    if self.first_byte_s is None:
                        self.first_byte_s = self._clock.monotonic_s() - self.started_s
                    self._waiting += chunk
                    self._changed.set()
                    if len(self._waiting) > MAX_WAITING_BYTES:
                        break
        except PlayerError as error:
            self._error = error
        finally:
            self._is_over = True
            self._changed.set()


BeginHead = Callable[[SegmentRequest, int], HeadStart]
"""`Opener` is given this for a song that is to sound as soon as it can; the second is the rung"""
