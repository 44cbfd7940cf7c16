from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from player.network.client import build_client
from player.network.fresh_connections import FreshConnections


class Body(httpx.AsyncByteStream):
    """`b"ab"`, with a failure in the middle where told so."""

    def __init__(self, *, fails: bool) -> None:
        self._fails = fails

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"a"
        if self._fails:
            raise httpx.ReadTimeout("nothing came")
        yield b"b"


class Pool(httpx.AsyncBaseTransport):
    """Answers by the path: /refused fails before an answer, /broken within it."""

    def __init__(self) -> None:
        self.is_closed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/refused":
            raise httpx.ConnectError("refused")
        return httpx.Response(200, stream=Body(fails=request.url.path == "/broken"))

    async def aclose(self) -> None:
        self.is_closed = True


class Made(list[Pool]):
    def __call__(self) -> Pool:
        self.append(Pool())
        return self[-1]


@pytest.mark.parametrize("path", ["/refused", "/broken"])
def test_a_failure_retires_the_connections_of_its_time(path: str) -> None:
    async def scenario() -> None:
        made = Made()
        async with build_client(transport=FreshConnections(made)) as client:
            assert (await client.get("http://test/")).content == b"ab"
            assert len(made) == 1
            with pytest.raises(httpx.TransportError):
                await client.get(f"http://test{path}")
            assert [pool.is_closed for pool in made] == [True, False]
            assert (await client.get("http://test/")).content == b"ab"
            assert len(made) == 2
        assert made[1].is_closed

    asyncio.run(scenario())


def test_what_is_under_way_in_a_retired_pool_may_end() -> None:
    async def scenario() -> None:
        made = Made()
        async with build_client(transport=FreshConnections(made)) as client:
            async with client.stream("GET", "http://test/") as slow:
                with pytest.raises(httpx.TransportError):
                    await client.get("http://test/refused")
                assert not made[0].is_closed
                assert await slow.aread() == b"ab"
            assert made[0].is_closed

    asyncio.run(scenario())


def test_a_cancelled_request_retires_nothing() -> None:
    async def scenario() -> None:
        made = Made()
        async with build_client(transport=FreshConnections(made)) as client:
            async with client.stream("GET", "http://test/"):
                pass
            assert len(made) == 1
            assert not made[0].is_closed

    asyncio.run(scenario())
