"""A request may be cancelled at every turn of the loop, again and again: the pool keeps its connections."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from player.network.unbroken import Unbroken
from player.runtime import cancelled_at_most_once, uncancelled

LIMIT_S = 20.0
TURNS = 60  # of the loop: more than a request of this server takes
BODY = b"x" * 64


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while await reader.readuntil(b"\r\n\r\n"):
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (2 * len(BODY)))
            for _ in range(2):
                writer.write(BODY)
                await writer.drain()
                await asyncio.sleep(0)
    except (asyncio.IncompleteReadError, ConnectionError):
        return
    finally:
        writer.close()


@asynccontextmanager
async def _client_of_one_connection() -> AsyncIterator[tuple[httpx.AsyncClient, str]]:
    """A pool that holds one connection: if that is lost, the next request waits in vain."""
    server = await asyncio.start_server(_serve, "127.0.0.1", 0)
    limits = httpx.Limits(max_connections=1)
    transport = Unbroken(httpx.AsyncHTTPTransport(limits=limits, trust_env=False))
    timeout = httpx.Timeout(LIMIT_S, pool=LIMIT_S)
    async with server, httpx.AsyncClient(transport=transport, trust_env=False, timeout=timeout) as client:
        yield client, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


async def _read(client: httpx.AsyncClient, url: str) -> int:
    async with client.stream("GET", url) as response:
        return sum([len(part) async for part in response.aiter_raw()])


async def _cancel_after(client: httpx.AsyncClient, url: str, turns: int, again_after: int) -> None:
    task = asyncio.get_running_loop().create_task(_read(client, url))
    for wait in (turns, again_after, 1):
        for _ in range(wait):
            await asyncio.sleep(0)
        task.cancel()
    await asyncio.wait({task}, timeout=LIMIT_S)
    assert task.done()


@pytest.mark.parametrize("again_after", [1, 2, 3])
def test_cancelling_at_any_turn_loses_no_connection(again_after: int) -> None:
    async def work() -> None:
        async with _client_of_one_connection() as (client, url):
            for turns in range(TURNS):
                await _cancel_after(client, url, turns, again_after)
                assert await asyncio.wait_for(_read(client, url), LIMIT_S) == 2 * len(BODY), turns

    asyncio.run(work())


def test_the_work_hears_of_one_cancellation_only() -> None:
    async def work() -> None:
        heard: list[str] = []
        begun, may_end = asyncio.Event(), asyncio.Event()

        async def cleaned_up_slowly() -> None:
            try:
                begun.set()
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                heard.append("cancelled")
                await may_end.wait()
                heard.append("cleaned up")
                raise

        task = asyncio.get_running_loop().create_task(cancelled_at_most_once(cleaned_up_slowly()))
        await begun.wait()
        for _ in range(3):
            task.cancel()
            await asyncio.sleep(0)
        assert not task.done()
        may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, LIMIT_S)
        assert heard == ["cancelled", "cleaned up"]

    asyncio.run(work())


def test_a_result_that_came_too_late_is_given_back() -> None:
    async def work() -> None:
        given_back: list[int] = []

        async def deaf() -> int:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                return 7
            raise AssertionError

        async def give_back(result: int) -> None:
            given_back.append(result)

        task = asyncio.get_running_loop().create_task(cancelled_at_most_once(deaf(), give_back))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, LIMIT_S)
        assert given_back == [7]

    asyncio.run(work())


def test_uncancelled_work_ends_and_then_the_cancellation_counts() -> None:
    async def work() -> None:
        ended: list[bool] = []
        may_end = asyncio.Event()

        async def closing() -> None:
            await may_end.wait()
            ended.append(True)

        task = asyncio.get_running_loop().create_task(uncancelled(closing()))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.sleep(0)
        assert not task.done()
        may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, LIMIT_S)
        assert ended == [True]

    asyncio.run(work())


def test_errors_and_results_pass() -> None:
    async def work() -> None:
        async def fail() -> None:
            raise ValueError("as it was")

        async def give() -> int:
            return 3

        assert await cancelled_at_most_once(give()) == 3
        for run in (cancelled_at_most_once, uncancelled):
            with pytest.raises(ValueError, match="as it was"):
                await run(fail())

    asyncio.run(work())
