"""Whether the service is reached: ONLINE or RECONNECTING, from the outcomes of ordinary requests; while it is not
reached a health probe with backoff asks when it is back. Used by `accounts`; runs on the `net` loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from player.errors import NetworkError, PlayerError, RateLimited
from player.network.retry import Backoff
from player.runtime import Runtime

PROBE_FIRST_S, PROBE_LIMIT_S = 0.5, 15.0


class ConnectionWatch:
    """`probe` returns when the service answers and raises PlayerError when it does not; `on_change(is_online)`
    hears every change."""

    def __init__(
        self,
        runtime: Runtime,
        probe: Callable[[], Awaitable[None]],
        on_change: Callable[[bool], None],
        *,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._runtime = runtime
        self._probe = probe
        self._on_change = on_change
        self._pause = pause
        self._is_online = True
        self._probing: asyncio.Task[None] | None = None

    @property
    def is_online(self) -> bool:
        return self._is_online

    def report(self, error: NetworkError | None) -> None:
        """The outcome of a request; a server that asks for patience was reached."""
        self._set_online(error is None or isinstance(error, RateLimited))

    def close(self) -> None:
        self._on_change = lambda _: None
        if self._probing is not None:
            self._probing.cancel()

    def _set_online(self, is_online: bool) -> None:
        if is_online == self._is_online:
            return
        self._is_online = is_online
        if not is_online and (self._probing is None or self._probing.done()):
            self._probing = self._runtime.spawn(self._probe_until_back(), "probe the service")
        self._on_change(is_online)

    async def _probe_until_back(self) -> None:
        backoff = Backoff(PROBE_FIRST_S, PROBE_LIMIT_S)
        while not self._is_online:
            await self._pause(backoff.next_s())
            try:
                await self._probe()
            except PlayerError:
                continue
            self._set_online(True)
