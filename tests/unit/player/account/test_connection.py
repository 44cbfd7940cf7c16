from __future__ import annotations

import asyncio

from player.account.connection import ConnectionWatch
from player.errors import NetworkError, RateLimited
from tests.support.looping import Looping


class Rig:
    def __init__(self, loop: Looping, failures: int) -> None:
        self.changes: list[bool] = []
        self.waits: list[float] = []
        self.failures = failures
        self.back = asyncio.Event()
        self.watch = ConnectionWatch(loop.runtime, self._probe, self._changed, pause=self._pause)

    async def _probe(self) -> None:
        if self.failures:
            self.failures -= 1
            raise NetworkError("still down")

    async def _pause(self, seconds: float) -> None:
        self.waits.append(seconds)
        await asyncio.sleep(0)

    def _changed(self, is_online: bool) -> None:
        self.changes.append(is_online)
        if is_online:
            self.back.set()


def test_goes_down_once_and_comes_back_by_the_probe(loop: Looping) -> None:
    async def run() -> Rig:
        rig = Rig(loop, failures=5)
        rig.watch.report(None)
        for _ in range(10):
            rig.watch.report(NetworkError("down"))
        async with asyncio.timeout(5):
            await rig.back.wait()
        return rig

    rig = loop.do(run())
    assert rig.changes == [False, True]
    assert len(rig.waits) == 6
    assert all(later > earlier * 0.9 for earlier, later in zip(rig.waits, rig.waits[2:], strict=False))
    assert rig.watch.is_online


def test_an_ordinary_success_is_enough(loop: Looping) -> None:
    async def run() -> Rig:
        rig = Rig(loop, failures=10**9)
        rig.watch.report(NetworkError("down"))
        rig.watch.report(None)
        rig.watch.close()
        return rig

    assert loop.do(run()).changes == [False, True]


def test_a_server_that_asks_for_patience_is_reached(loop: Looping) -> None:
    async def run() -> Rig:
        rig = Rig(loop, failures=0)
        rig.watch.report(RateLimited("slowly"))
        return rig

    assert loop.do(run()).changes == []
