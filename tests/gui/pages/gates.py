"""Holds or fails chosen calls of the fake service, so that a test owns the order of answers."""

from __future__ import annotations

import asyncio

from player.errors import PlayerError
from player.runtime import Runtime


class Gate:
    """`service.before = gate`: calls named in `failures` raise once, calls named in `held` wait for `release`."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._waiting: list[tuple[str, asyncio.Event]] = []
        self.held: set[str] = set()
        self.failures: dict[str, list[PlayerError]] = {}

    async def __call__(self, name: str) -> None:
        if name in self.held:
            event = asyncio.Event()
            self._waiting.append((name, event))
            await event.wait()
        if self.failures.get(name):
            raise self.failures[name].pop(0)

    @property
    def waiting(self) -> list[str]:
        return [name for name, _ in self._waiting]

    def release(self, place: int = 0) -> None:
        """Let the call that waits at `place` go on."""
        _, event = self._waiting.pop(place)
        self._runtime.loop.call_soon_threadsafe(event.set)
