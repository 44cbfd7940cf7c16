"""Requests that may be cancelled at any moment, and as often as one likes, without costing the pool a connection.

httpcore returns a connection to its pool in a few steps that each wait a turn of the loop. It shields them with
anyio's cancel scopes, which know nothing of `Task.cancel`: a task cancelled between two of these steps leaves the
connection marked as busy for ever (httpcore issues 658, 830, 1093). After twelve of them every request waits for a
free connection until its time limit: skipping and seeking through an album did that within two minutes. So everything
that touches the pool runs as a task that hears of a cancellation once, and of none while it closes. Used by
`build_client`; on the `net` loop.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx

from player.runtime import cancelled_at_most_once, uncancelled


class Unbroken(httpx.AsyncBaseTransport):
    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await cancelled_at_most_once(self._transport.handle_async_request(request), _close)
        assert isinstance(response.stream, httpx.AsyncByteStream)
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            stream=_Body(response.stream),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        await uncancelled(self._transport.aclose())


async def _close(response: httpx.Response) -> None:
    """Of an answer that came although nobody waits for it any more."""
    await response.aclose()


class _Body(httpx.AsyncByteStream):
    def __init__(self, stream: httpx.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        parts = aiter(self._stream)
        while (part := await cancelled_at_most_once(_next(parts))) is not None:
            yield part

    async def aclose(self) -> None:
        await uncancelled(self._stream.aclose())


async def _next(parts: AsyncIterator[bytes]) -> bytes | None:
    return await anext(parts, None)
