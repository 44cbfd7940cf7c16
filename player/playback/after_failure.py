"""What follows a song that cannot be played: it is said long enough to be read, then the next one plays, unless none
of the queue does. Owned by `Transport`; on the `net` loop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from player.domain.playback import QueueEntry
from player.errors import Conflict, NotFound, PlayerError, ProtocolError, Rejected
from player.playback.queue import Queue
from player.runtime import Runtime

log = logging.getLogger("playback")

GO_ON_AFTER = (NotFound, Conflict, Rejected, ProtocolError)
"""Errors of one song. Everything else concerns every song (signed out, no engine): going on would help nobody."""


class AfterFailure:
    """`go_on` gets the entry to play next, or None at the end of the queue."""

    def __init__(
        self, runtime: Runtime, queue: Queue, pause_s: float, go_on: Callable[[QueueEntry | None], None]
    ) -> None:
        self._runtime = runtime
        self._queue = queue
        self._pause_s = pause_s
        self._go_on = go_on
        self._in_a_row = 0
        self._waiting: asyncio.Task[None] | None = None

    def song_failed(self, failure: PlayerError, *, is_wanted: bool) -> None:
        """Once for each failure; again while it is being said, nothing."""
        if self._waiting is not None:
            return
        log.warning("a song cannot be played: %s %s", failure.code, failure.message)
        self._in_a_row += 1
        if isinstance(failure, GO_ON_AFTER) and is_wanted:
            self._waiting = self._runtime.spawn(self._wait(), "go on after a failed song")

    def forget(self) -> None:
        """A song sounds, or the listener chose one: what failed before counts no more."""
        self._in_a_row = 0

    def stop(self) -> None:
        if self._waiting is not None and self._waiting is not asyncio.current_task():
            self._waiting.cancel()
        self._waiting = None

    async def _wait(self) -> None:
        await asyncio.sleep(self._pause_s)
        following = self._queue.following(is_asked=True)
        self._waiting = None
        if following is None or self._in_a_row < len(self._queue.state.order):
            self._go_on(following)
