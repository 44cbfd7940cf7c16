"""Delivers the outbox to the service: at once after a listen, again with backoff while the network is down. Started
by main.py as a task of the `net` loop through `Memory`.

Delivery is at least once; the event id makes it count once. An event that the service refuses as wrong is dropped
with a warning: kept, it would hold up all behind it for ever.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from player.errors import AuthError, NetworkError, PlayerError
from player.library.outbox import OutboxStore
from player.network.retry import Backoff
from player.runtime import Runtime
from player.service.port import MusicService, PlayEvent

log = logging.getLogger("library")

BATCH = 100
IDLE_S = 300.0  # looked at again without a cause: an event written by another start of the player


@dataclass(frozen=True, slots=True)
class Account:
    """Who listens now: the key that the outbox files events under, and the service they go to."""

    key: str
    service: MusicService


class OutboxSender:
    def __init__(self, runtime: Runtime, store: OutboxStore, account: Callable[[], Account | None]) -> None:
        self._runtime = runtime
        self._store = store
        self._account = account
        self._wake = asyncio.Event()
        self._backoff = Backoff(first_s=1.0, limit_s=120.0)

    def wake(self) -> None:
        """There is something to send, or the network is back; on the `net` loop."""
        self._backoff.reset()
        self._wake.set()

    async def run(self) -> None:
        while True:
            self._wake.clear()
            wait_s = await self.send_pending()
            try:
                async with asyncio.timeout(wait_s):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def send_pending(self) -> float:
        """Deliver all that can be delivered now; the seconds until it is worth trying again."""
        try:
            while await self._send_batch():
                pass
        except NetworkError:
            return self._backoff.next_s()
        except PlayerError as error:
            log.info("listens stay in the outbox: %s", error.message)
            return IDLE_S
        self._backoff.reset()
        return IDLE_S

    async def _send_batch(self) -> bool:
        """Whether there was a batch and it left the outbox."""
        account = self._account()
        if account is None or not account.service.capabilities.play_events:
            return False
        events = await self._runtime.in_pool(lambda: self._store.pending(account.key, BATCH))
        if not events:
            return False
        await self._deliver(account.service, events)
        await self._runtime.in_pool(lambda: self._store.remove([event.event_id for event in events]))
        return True

    async def _deliver(self, service: MusicService, events: Sequence[PlayEvent]) -> None:
        try:
            await service.send_play_events(events)
        except (NetworkError, AuthError):
            raise
        except PlayerError as error:
            if len(events) == 1:
                log.warning("the service refused a listen: %s (%s)", error.message, error.code)
                return
            middle = len(events) // 2  # halve until the wrong ones stand alone
            await self._deliver(service, events[:middle])
            await self._deliver(service, events[middle:])
