"""After one connection has failed, no other of that time is used again.

A computer that slept or changed its network holds connections that look open and are dead: each would cost its own
time limit, and one of HTTP/2, which httpcore goes on using after a read that timed out, would never end. So a failure
retires the whole pool: what is under way in it may end, the next request opens a connection of its own. Used by
`build_client`; on the `net` loop.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import httpx

from player.network.unbroken import Unbroken

Make = Callable[[], httpx.AsyncBaseTransport]


def connections(limits: httpx.Limits) -> Make:
    """What makes pools; the certificates are read once."""
    trusted = httpx.create_ssl_context(trust_env=False)
    return lambda: Unbroken(httpx.AsyncHTTPTransport(http2=True, limits=limits, verify=trusted, trust_env=False))


class FreshConnections(httpx.AsyncBaseTransport):
    def __init__(self, make: Make) -> None:
        self._make = make
        self._present = _Pool(make())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        pool = self._present
        pool.users += 1
        try:
            response = await pool.transport.handle_async_request(request)
        except BaseException as error:
            await self._ended(pool, error)
            raise
        assert isinstance(response.stream, httpx.AsyncByteStream)
        body = _Body(response.stream, lambda error: self._ended(pool, error))
        return httpx.Response(
            response.status_code, headers=response.headers, stream=body, extensions=response.extensions
        )

    async def _ended(self, pool: _Pool, error: BaseException | None) -> None:
        pool.users -= 1
        if isinstance(error, httpx.TransportError) and pool is self._present:
            self._present = _Pool(self._make())
        if pool is not self._present and pool.users == 0:
            await pool.transport.aclose()

    async def aclose(self) -> None:
        await self._present.transport.aclose()


class _Pool:
    """`users`: requests whose answer has not been read or closed."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self.transport = transport
        self.users = 0


class _Body(httpx.AsyncByteStream):
    """`ended` hears once how the answer ended."""

    def __init__(
        self, stream: httpx.AsyncByteStream, ended: Callable[[BaseException | None], Awaitable[None]]
    ) -> None:
        self._stream = stream
        self._ended = ended
        self._error: BaseException | None = None
        self._is_closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for part in self._stream:
                yield part
        except httpx.TransportError as error:
            self._error = error
            raise

    async def aclose(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        try:
            await self._stream.aclose()
        finally:
            await self._ended(self._error)
